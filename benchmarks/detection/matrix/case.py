"""What the manifest says about one training."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    """One fault to be named: by any of ``rules``, with a cause whose name contains any of ``cause`` (empty: any)."""

    rules: tuple[str, ...]
    cause: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sick:
    """A training in ``scripts/sick``.

    ``cure`` holds (old, new) replacements in its source, each of which must occur; the result is its healthy twin.
    ``also`` names the rules that report true consequences: no false alarm, and not asked for.
    """

    script: str
    faults: tuple[Fault, ...]
    cure: tuple[tuple[str, str], ...]
    also: tuple[str, ...] = ()

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
    """A training in ``scripts/healthy`` whose final metric must be at least (or, for losses, at most) ``floor``."""

    script: str
    floor: float
    kinds: tuple[str, ...] = field(default=())


def one(rules: str, *cause: str) -> tuple[Fault, ...]:
    """A single fault, its acceptable rules separated by blanks."""
    return (Fault(tuple(rules.split()), cause),)
