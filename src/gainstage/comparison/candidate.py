"""What is compared: an activation with an initialisation at a learning rate, and the source that makes it."""

from __future__ import annotations

from dataclasses import dataclass

from gainstage.prescribe.candidate import Change


@dataclass(frozen=True, slots=True)
class Arm:
    """An activation with an initialisation; its learning rate is its own affair."""

    activation: str
    init: str

    @property
    def name(self) -> str:
        """``gelu`` with the script's own initialisation, ``gelu, critical`` with another."""
        return self.activation if self.init == "default" else f"{self.activation}, {self.init}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One arm at one learning rate; ``changes`` is empty for the script as it is.

    ``factor`` is the rate over the script's own, ``rate`` is nan where that is not known.
    """

    arm: Arm
    factor: float
    rate: float
    changes: tuple[Change, ...] = ()

    @property
    def texts(self) -> dict[str, str]:
        """Path to source, as a trial takes it."""
        return {change.path: change.after for change in self.changes}


@dataclass(frozen=True, slots=True)
class Left:
    """A candidate that cannot be made from this script, and why."""

    arm: Arm
    why: str
