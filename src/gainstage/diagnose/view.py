"""The derived quantities that rules and reports speak of: stages, gains in decibels and where they come from."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from gainstage.diagnose import learning as training
from gainstage.diagnose import stages as building
from gainstage.diagnose.decibels import Array, decibels
from gainstage.diagnose.learning import Learning, Mask
from gainstage.diagnose.stage import Stage
from gainstage.record.run import Run
from gainstage.record.schema import Kind, Parameter, Site

SHARES = ("weights", "activation", "normalisation", "dropout", "residual", "other")


class View:
    """A run seen as a chain of amplifiers. Arrays are aligned with ``run.steps``; missing values are ``nan``."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @cached_property
    def steps(self) -> Array:
        """Step numbers of the samples."""
        return self.run.step("step")

    @cached_property
    def loss(self) -> Array:
        """The loss at each sample."""
        return self.run.step("loss")

    @cached_property
    def early(self) -> Mask:
        """Samples taken before learning changed the network."""
        return training.early(self.run)

    @cached_property
    def late(self) -> Mask:
        """Samples that show the present state."""
        return training.late(self.run)

    @cached_property
    def learning(self) -> Learning:
        """How the loss went."""
        return training.learning(self.run)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """All stages in order of execution."""
        return building.build(self.run)

    @cached_property
    def chain(self) -> tuple[Stage, ...]:
        """The main path, input to loss."""
        return building.main_path(self.stages, self.losses)

    @cached_property
    def losses(self) -> tuple[Site, ...]:
        """The loss functions' sites."""
        return self._of_kind("loss")

    @cached_property
    def inputs(self) -> tuple[Site, ...]:
        """The data tensors that enter the network."""
        return self._of_kind("input")

    @cached_property
    def activations(self) -> tuple[Site, ...]:
        """All activations' sites."""
        return self._of_kind("activation")

    def _of_kind(self, kind: Kind) -> tuple[Site, ...]:
        return tuple(site for site in self.run.sites if site.kind == kind)

    def signal(self, site: Site, column: str) -> Array:
        """A column of ``Signal`` for one site."""
        return self.run.signal(site.index, column)

    def update(self, parameter: Parameter, column: str) -> Array:
        """A column of ``Update`` for one parameter."""
        return self.run.update(parameter.index, column)

    def pre(self, stage: Stage) -> Array:
        """Signal at the stage's own affine output, before its activation."""
        return self.signal(stage.site, "signal")

    def post(self, stage: Stage) -> Array:
        """Signal of what the stage puts out, as the next one receives it."""
        return self._handed_over(stage, "signal_in", "signal")

    def gradient(self, stage: Stage) -> Array:
        """RMS of the loss's gradient at the stage's own affine output."""
        return self.signal(stage.site, "gradient")

    def forward_db(self, stage: Stage) -> Array:
        """Signal out over signal in; 0 dB comes out as it went in."""
        return decibels(self.post(stage), self.signal(stage.site, "signal_in"))

    def backward_db(self, stage: Stage) -> Array:
        """Gradient at the stage's input over the gradient at its output."""
        return decibels(self.signal(stage.site, "gradient_in"), self._handed_over(stage, "gradient_in", "gradient"))

    def shares_db(self, stage: Stage) -> dict[str, Array]:
        """``backward_db`` split into its factors; where it is finite the shares sum to it exactly.

        What no recorded operation accounts for is the activation's where that is the user's own, the residual path's
        where one leads around the stage, and "other" else.
        """
        total = self.backward_db(stage)
        shares = {key: np.zeros_like(total) for key in SHARES}
        shares["weights"] = self._backward_gain(stage.site)
        for site in stage.path:
            if site.kind in shares or site.kind == "activation":
                gain = self._backward_gain(site)
                shares[site.kind] = shares[site.kind] + np.where(np.isnan(gain), 0.0, gain)
        finite = np.isfinite(total)
        shares["weights"] = np.where(finite & np.isnan(shares["weights"]), 0.0, shares["weights"])
        with np.errstate(invalid="ignore"):
            rest = total - sum(shares.values())
        unmeasured = "residual" if stage.residual else "activation" if stage.function == "custom" else "other"
        shares[unmeasured] = shares[unmeasured] + np.where(finite, rest, 0.0)
        return shares

    def _backward_gain(self, site: Site) -> Array:
        return decibels(self.signal(site, "gradient_in"), self.signal(site, "gradient"))

    def _handed_over(self, stage: Stage, received: str, put_out: str) -> Array:
        """What the next stage's operation receives; the stage's own last output where that was not measured."""
        own = self.signal(stage.end, put_out)
        if stage.receiver is None or stage.receiver.kind == "loss":
            return own
        taken = self.signal(stage.receiver, received)
        return np.where(np.isnan(taken), own, taken)
