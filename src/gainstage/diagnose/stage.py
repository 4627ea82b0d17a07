"""A stage: one affine operation with what follows it up to the next one."""

from __future__ import annotations

from dataclasses import dataclass

from gainstage.record.schema import Parameter, Site


@dataclass(frozen=True, slots=True, eq=False)  # one object per stage: compared and hashed by identity
class Stage:
    """One stage of the chain.

    ``followers`` are all sites this stage owns after its affine operation, ``path`` those of them on the way to the
    next stage (a gate beside it is a follower and not on the path). ``receiver`` is the site that takes what the
    stage puts out: the next stage's operation, a loss, or ``None`` at the end. ``function`` is "" when nothing
    nonlinear follows and "custom" when something does that is not in the catalogue.
    """

    index: int
    site: Site
    followers: tuple[Site, ...] = ()
    path: tuple[Site, ...] = ()
    receiver: Site | None = None
    inputs: tuple[int, ...] = ()
    activation: Site | None = None
    function: str = ""
    normalised: bool = False
    is_output: bool = False
    residual: bool = False
    weight: Parameter | None = None
    bias: Parameter | None = None

    @property
    def name(self) -> str:
        """The affine operation's name, which stands for the stage."""
        return self.site.name

    @property
    def end(self) -> Site:
        """The last recorded site of the stage: what it puts out."""
        return self.path[-1] if self.path else self.site
