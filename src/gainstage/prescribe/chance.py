"""The control for every cure: a remedy drawn at random, at a place drawn at random."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from gainstage.diagnose.engine import Diagnosis
from gainstage.prescribe.candidate import Candidate
from gainstage.prescribe.case import Case
from gainstage.prescribe.choose import candidates
from gainstage.prescribe.draft import Draft
from gainstage.prescribe.places import Places
from gainstage.prescribe.remedies.activation import swapped
from gainstage.prescribe.remedies.rates import scaled, set_setting
from gainstage.prescribe.remedies.start import drawn_afresh
from gainstage.prescribe.remedies.steps import clipped
from gainstage.prescribe.sites import hidden
from gainstage.prescribe.source.activations import MODULES
from gainstage.prescribe.source.patch import Patch
from gainstage.prescribe.wording import short

Arm = Callable[[Case, Random], tuple[str, list[Patch]]]
NOTHING = "nothing: it is drawn without a look at the findings"


def random_remedy(
    diagnosis: Diagnosis, places: Places, sources: Mapping[str, str], seed: int
) -> Candidate | None:
    """A remedy that no finding asked for: the same kinds of change, applicable to this script, at a random place.

    Args:
        diagnosis: what was found; only the network's layout is looked at.
        places: where the run made modules and optimizers.
        sources: texts of the user's own files by path.
        seed: decides the draw: the same seed and sources give the same remedy.

    Returns:
        ``None`` for a script in which nothing can be changed. Where possible none of the candidates for this script.
    """
    case, draw = Case(diagnosis, places, sources), Random(f"{seed} {sorted(sources.values())}")
    taken = {candidate.changes for candidate in candidates(diagnosis, places, sources)}
    arms = [draw.choice(ARMS) for _ in range(4 * len(ARMS))]
    fallback: Candidate | None = None
    for arm in (*arms, *ARMS):
        text, patches = arm(case, draw)
        drawn = Draft(f"random: {arm.__name__.replace('_', '-')}", "unsafe", text, NOTHING, patches=tuple(patches))
        candidate = drawn.candidate() if patches else None
        if candidate is not None and candidate.changes not in taken:
            return candidate
        fallback = fallback or candidate
    return fallback


def swap_activation(case: Case, draw: Random) -> tuple[str, list[Patch]]:
    """One hidden activation for any other."""
    stages = hidden(case.view.stages)
    if not stages:
        return "", []
    stage, new = draw.choice(stages), draw.choice(("relu", "tanh", "sigmoid", "elu", "gelu", "leaky_relu", "selu"))
    if new == stage.function:
        return "", []
    return f"{MODULES[new]} in the place of {stage.function} at {stage.name}.", swapped(case, [stage], new)


def learning_rate(case: Case, draw: Random) -> tuple[str, list[Patch]]:
    """A power of ten."""
    factor = draw.choice((0.01, 0.1, 10.0))
    return f"Learning rate times {short(factor)}.", scaled(case, "lr", factor, position=1)


def reinitialise(case: Case, draw: Random) -> tuple[str, list[Patch]]:
    """One layer drawn again."""
    stages = [stage for stage in case.view.stages if stage.site.weight]
    if not stages:
        return "", []
    stage = draw.choice(stages)
    return f"{stage.name} drawn again.", drawn_afresh(case, [stage])


def clip_gradient(case: Case, draw: Random) -> tuple[str, list[Patch]]:
    """A usual limit."""
    limit = draw.choice((0.1, 1.0, 5.0))
    return f"Gradients clipped to a norm of {short(limit)}.", clipped(case, limit)


def momentum(case: Case, draw: Random) -> tuple[str, list[Patch]]:
    """Where the optimizer has any."""
    value = draw.choice((0.0, 0.5, 0.9))
    return f"Momentum {short(value)}.", set_setting(case, "momentum", value)


def weight_decay(case: Case, draw: Random) -> tuple[str, list[Patch]]:
    """A usual one."""
    value = draw.choice((1e-4, 1e-3, 1e-2))
    return f"Weight decay {short(value)}.", set_setting(case, "weight_decay", value)


ARMS: tuple[Arm, ...] = (swap_activation, learning_rate, reinitialise, clip_gradient, momentum, weight_decay)
