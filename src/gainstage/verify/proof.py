"""What came of the trials: plain, frozen data that text and JSON are laid out from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from gainstage.diagnose.finding import Finding
from gainstage.prescribe.candidate import Candidate

HEALTHY = "nothing to cure: no finding of severity warning or error"
Scale = Literal["ratio", "difference"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What the arms are compared by; ``lower`` when small is good. A ratio of losses, or a difference of anything."""

    name: str  # "training loss", "val_acc", "explained share of the targets"
    kind: Literal["metric", "held-out loss", "loss", "score"]
    lower: bool
    scale: Scale
    note: str = ""  # why it is this one


@dataclass(frozen=True, slots=True)
class Effect:
    """How much better an arm is than a control, over paired seeds; positive is better.

    On the scale "ratio" these are ratios of losses (0.5: half the loss); on the scale "difference", differences
    of the measure. ``low`` and ``high`` bound the two-sided 95 % interval; with one seed they are infinite.
    """

    mean: float
    low: float
    high: float
    scale: Scale
    clear: bool  # better: the whole interval is, and by enough to matter


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to run the training, over the seeds: the measure and the training loss at equal steps, one per seed.

    ``states`` are how the trials ended ("waiting" is as well as can be); ``texts`` what failed ones said last.
    """

    name: str
    values: tuple[float, ...] = ()
    losses: tuple[float, ...] = ()
    states: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    findings: tuple[Finding, ...] | None = None  # of its first seed's trial


@dataclass(frozen=True, slots=True)
class Measured:
    """What a prediction turned out to be; ``held`` is None where nothing comparable could be measured."""

    text: str
    value: float | None = None
    unit: str = ""
    held: bool | None = None


@dataclass(frozen=True, slots=True)
class Final:
    """Both trainings at the script's end, on its own seed: what is cured early may be lost late.

    With ``steps`` the cured one was followed to that step only, since it was well ahead of the other's end by then.
    """

    measure: Measure
    untouched: float
    cured: float
    better: bool
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate and what came of it."""

    candidate: Candidate
    arm: Arm
    measured: Measured
    against_untouched: Effect | None = None
    against_random: Effect | None = None
    proved: bool = False
    steps: int = 0  # at which it was compared
    final: Final | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What the proof took; ``trainings`` in multiples of the whole script, None where its length is not known."""

    steps: int = 0
    seconds: float = 0.0
    trials: int = 0
    trainings: float | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """The answer of ``gainstage fix``: ``chosen`` is what was proved, or None.

    Attributes:
        findings: of the training as it is; empty for a healthy one, which gets no trials.
        length: steps of the whole script, or of the part that was watched (``whole`` is False then).
        steps: at which the arms were compared.
        control: the random remedy.
        listed: candidates that were not tried: unsafe ones without ``--unsafe``, those that need a hand, the rest.
        reason: in one sentence why nothing was chosen; "" where something was.
    """

    command: tuple[str, ...]
    findings: tuple[Finding, ...]
    length: int
    whole: bool
    seeds: int = 1
    steps: int = 0
    measure: Measure | None = None
    untouched: Arm | None = None
    random: Arm | None = None
    control: Candidate | None = None
    tried: tuple[Tried, ...] = ()
    listed: tuple[Candidate, ...] = ()
    chosen: Tried | None = None
    diff: str = ""
    cost: Cost = field(default_factory=Cost)
    reason: str = ""
    unsafe: bool = False  # whether unsafe remedies were tried, too
    interrupted: bool = False
    trouble: tuple[str, ...] = ()  # remedies that could not be made, by a mistake of ours


def why_not(tried: Sequence[Tried], seeds: int) -> str:
    """Why nothing was proved."""
    if seeds < 2:
        return "one seed proves nothing: there is no interval"
    if any(one.against_untouched and one.against_untouched.clear for one in tried):
        return "the best candidate beats the untouched training, but not a random remedy"
    return "no candidate beats the untouched training by more than its interval"
