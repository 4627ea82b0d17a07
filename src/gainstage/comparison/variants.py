"""From the script to its candidates: each a patch of the source, as ``gainstage fix`` would write it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from gainstage.comparison.candidate import Arm, Candidate, Left
from gainstage.comparison.options import FACTORS, Options
from gainstage.comparison.starts import started
from gainstage.diagnose.stage import Stage
from gainstage.errors import GainstageError
from gainstage.prescribe.case import Case
from gainstage.prescribe.draft import Draft
from gainstage.prescribe.remedies.activation import swapped
from gainstage.prescribe.remedies.rates import scaled
from gainstage.prescribe.sites import hidden
from gainstage.prescribe.source.patch import CannotPatch, Patch
from gainstage.prescribe.source.steps import rescaled_steps
from gainstage.prescribe.wording import short


def variants(case: Case, options: Options) -> tuple[list[Candidate], list[Left]]:
    """(every candidate that can be made, every arm that cannot, with the reason).

    Raises:
        GainstageError: when there is no hidden activation in the source, no learning rate, or less than two candidates.
    """
    stages = hidden(case.view.stages)
    if not stages:
        raise GainstageError("no activation between layers was seen: there is nothing to put another one in place of")
    rates = list(_rates(case, options))
    able: list[Candidate] = []
    left: list[Left] = []
    for arm in (Arm(activation, init) for activation in options.activations for init in options.inits):
        try:
            patches = [*_activated(case, stages, arm.activation), *started(case, stages, arm)]
            able += [_candidate(arm, factor, rate, [*patches, *slower]) for factor, rate, slower in rates]
        except (CannotPatch, GainstageError) as error:
            left.append(Left(arm, str(error)))
    if len(able) < 2:
        why = f": {left[0].arm.name}: {left[0].why}" if left else ""
        raise GainstageError(f"fewer than two candidates can be made from this script{why}")
    return able, left


def own_rate(case: Case) -> float:
    """The learning rate as the script sets it, before any schedule; nan where no optimizer tells."""
    told = [build.made.settings.get("lr", math.nan) for build in case.builds]
    return next((rate for rate in told if math.isfinite(rate)), case.rate)


def _activated(case: Case, stages: Sequence[Stage], name: str) -> list[Patch]:
    """The activation in every hidden place that has another one."""
    others = [stage for stage in stages if stage.function != name]
    patches = swapped(case, others, name, "") if others else []
    if others and not patches:
        found = ", ".join(dict.fromkeys(stage.function for stage in others))
        raise CannotPatch(f"{found} is not written in the source where it could be replaced")
    return patches


def _rates(case: Case, options: Options) -> Iterator[tuple[float, float, list[Patch]]]:
    """(factor, learning rate, patches) for each rate that every arm is tried at."""
    own = own_rate(case)
    if options.rates and not own > 0:
        raise GainstageError("--lr: no optimizer with a learning rate was seen, so that none can be set; leave it out")
    factors = [rate / own for rate in options.rates] if options.rates else FACTORS
    for factor in factors:
        patches: list[Patch] = []
        if not math.isclose(factor, 1.0, rel_tol=1e-9):
            patches = scaled(case, "lr", factor, position=1) or [
                patch for script in case.scripts.values() for patch in rescaled_steps(script, short(factor))
            ]
            if not patches:
                raise GainstageError(
                    "the learning rate is not written in the source where it could be changed, and a comparison at one "
                    "rate for all is not fair; pass it to the optimizer as lr=..."
                )
        yield factor, own * factor, patches


def _candidate(arm: Arm, factor: float, rate: float, patches: list[Patch]) -> Candidate:
    if not patches:
        return Candidate(arm, factor, rate)
    made = Draft(arm.name, "unsafe", "", "", patches=tuple(patches)).candidate()
    if made is None:
        raise CannotPatch("the changes do not fit together in one source")
    return Candidate(arm, factor, rate, made.changes)
