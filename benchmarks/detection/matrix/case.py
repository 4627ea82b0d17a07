"""What the manifest says about one training."""

from __future__ import annotations

from dataclasses import dataclass

# Synonyms a cause may go by; a cause is right where its name contains one of the words.
STEP = ("learning-rate", "momentum", "schedule", "update", "step-size")
START = ("initialisation", "weight", "start")
INPUT = ("input", "data")
ACTIVATION = ("activation", "saturation", "derivative")
CUT = ("detach", "no-grad", "graph", "cut", "numpy", "new-tensor", "constant")
OPTIMIZER = ("optimizer", "optimiser", "unregistered")

# What follows from a fault of another name, and is no false alarm beside it.
STUCK = ("loss-not-decreasing", "update-too-small", "uneven-updates")
BURST = (
    "exploding-gradient",
    "signal-explosion",
    "gradient-spike",
    "loss-oscillates",
    "non-finite",
    "update-too-large",
    "loss-not-decreasing",
    "dead-units",
    "saturated-units",
    "signal-collapse",
    "oversized-weights",
    "vanishing-gradient",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault to be named: by any of ``rules``, with a cause whose name contains any of ``cause`` (empty: any).

    ``info``: severity info counts as well, where whoever wrote the script asks for no more.
    """

    rules: tuple[str, ...]
    cause: tuple[str, ...] = ()
    info: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a script's last line means, where the script does not say so itself: ``final 0.2 0.95``.

    ``label`` names the number at ``position`` among those of the line; a loss, an error or a variance is better low.
    """

    label: str
    position: int = 0


LOSS, SCORE, SECOND_SCORE = Reading("loss"), Reading("accuracy"), Reading("accuracy", 1)


@dataclass(frozen=True, slots=True)
class Sick:
    """A training in the folder ``sick`` of its set.

    ``cure`` holds (old, new) replacements in its source, each of which must occur; the result is its healthy twin.
    ``also`` names the rules that report true consequences: no false alarm, and not asked for.
    ``reading`` says what its last line means (default: the last number, with the words before it as label);
    ``comparable`` is False where that number means something else in the twin, so that nothing tells who suffers.
    """

    script: str
    faults: tuple[Fault, ...]
    cure: tuple[tuple[str, str], ...]
    also: tuple[str, ...] = ()
    reading: Reading | None = None
    comparable: bool = True

    def cured(self, source: str) -> str:
        """The source of the healthy twin; ValueError where a replacement does not apply."""
        for old, new in self.cure:
            if old not in source:
                raise ValueError(f"{self.script}: its cure replaces {old!r}, which the script does not contain")
            source = source.replace(old, new)
        return source

    @property
    def accepted(self) -> frozenset[str]:
        """Every rule that may speak about this script."""
        return frozenset(self.also).union(*(fault.rules for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Healthy:
    """A training in the folder ``healthy`` whose last number must be at least (or, for losses, at most) ``floor``."""

    script: str
    floor: float
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class FirstLook:
    """How the rules of ``commit`` did before anybody had changed them for a set: counts."""

    commit: str
    faults: int
    named: int
    right_cause: int
    healthy: int
    healthy_with_alarm: int


@dataclass(frozen=True, slots=True)
class Exam:
    """A set of trainings: its scripts lie in ``scripts/<folder>/sick`` and ``healthy``, its results in ``results``.

    ``origin``: who wrote it, a paragraph for the page; ``first_look``: the blind score, where there is one.
    """

    name: str
    sick: tuple[Sick, ...]
    healthy: tuple[Healthy, ...]
    results: str
    folder: str = "."
    origin: str = ""
    first_look: FirstLook | None = None


def one(rules: str, *cause: str) -> tuple[Fault, ...]:
    """A single fault, its acceptable rules separated by blanks."""
    return (Fault(tuple(rules.split()), cause),)
