"""What a claim is: a statement, the parts that it is judged by, and the verdict that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["holds", "refuted", "depends"]
Proof = Literal["certified", "numerical", "experiment"]
PROOFS: tuple[Proof, ...] = ("experiment", "numerical", "certified")  # the weakest first


@dataclass(frozen=True, slots=True)
class Curves:
    """Lines over one axis, for the documentation: ``lines`` gives each name its y values, as long as ``x``."""

    title: str
    x_label: str
    y_label: str
    x: tuple[float, ...]
    lines: dict[str, tuple[float, ...]]
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One half of a statement: what was asked, what came out of computing it, and the numbers behind that.

    Attributes:
        asked: the question, as a statement that may be true or false.
        verdict: whether it holds, is refuted, or holds under ``condition`` only.
        text: the evidence in one line.
        numbers: the same as numbers; of a refuted part, the counterexample.
        proof: "certified" (ball arithmetic or exact arithmetic), "numerical" (double precision, on a grid or by
            quadrature) or "experiment" (seeded trainings or timings).
        condition: of a verdict "depends": where it holds and where not.
        aside: worth knowing, but the statement does not claim it; leaves the verdict alone.
        curves: what a figure would show.
    """

    asked: str
    verdict: Outcome
    text: str
    numbers: dict[str, Any] = field(default_factory=dict)
    proof: Proof = "numerical"
    condition: str = ""
    aside: bool = False
    curves: Curves | None = None


def part(asked: str, true: bool, text: str, proof: Proof = "numerical", **numbers: Any) -> Part:
    """A part that holds or is refuted."""
    return Part(asked, "holds" if true else "refuted", text, numbers, proof)


def aside(asked: str, true: bool, text: str, proof: Proof = "numerical", **numbers: Any) -> Part:
    """A part that is told beside the verdict and does not enter it."""
    return Part(asked, "holds" if true else "refuted", text, numbers, proof, aside=True)


def across(asked: str, outcomes: Mapping[str, bool], text: str, proof: Proof = "numerical", **numbers: Any) -> Part:
    """One statement tried under several settings: it holds under all, under none, or depends on the setting."""
    kept = [setting for setting, true in outcomes.items() if true]
    lost = [setting for setting, true in outcomes.items() if not true]
    verdict: Outcome = "refuted" if not kept else "holds" if not lost else "depends"
    condition = f"true for {'; '.join(kept)} — false for {'; '.join(lost)}" if verdict == "depends" else ""
    return Part(asked, verdict, text, {**numbers, "settings": dict(outcomes)}, proof, condition)


Judge = Callable[..., Iterator[Part]]
Experiment = Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement that learners meet, and how it is judged.

    Attributes:
        id: short name, as on the command line.
        statement: the claim, as it is made.
        judge: yields the parts; takes what ``experiment`` returned if there is one.
        experiment: trains or times something and returns plain numbers in JSON's types; may take seconds to minutes.
    """

    id: str
    statement: str
    judge: Judge
    experiment: Experiment | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of judging one claim.

    Attributes:
        id: the claim's.
        statement: the claim's.
        verdict: "refuted" when a part is refuted, else "depends" when one depends, else "holds".
        parts: the evidence, what decided the verdict first.
        proof: the weakest among the parts that the verdict needs.
        seconds: what judging took; of an experiment out of the cache, what it took when it ran.
    """

    id: str
    statement: str
    verdict: Outcome
    parts: tuple[Part, ...]
    proof: Proof
    seconds: float


CLAIMS: dict[str, Claim] = {}


def claim(name: str, statement: str, experiment: Experiment | None = None) -> Callable[[Judge], Judge]:
    """Register the decorated generator of parts as the judge of ``statement``."""

    def register(judge: Judge) -> Judge:
        if name in CLAIMS:
            raise ValueError(f"two claims are called {name!r}")
        CLAIMS[name] = Claim(name, statement, judge, experiment)
        return judge

    return register


def combine(judged: Claim, parts: tuple[Part, ...], seconds: float) -> Verdict:
    """The verdict that follows from ``parts``.

    Raises:
        ValueError: when there is no part that the statement claims.
    """
    counted = [p for p in parts if not p.aside]
    if not counted:
        raise ValueError(f"{judged.id}: nothing was judged")
    found = {p.verdict for p in counted}
    verdict: Outcome = "refuted" if "refuted" in found else "depends" if "depends" in found else "holds"
    # One refuted part refutes the whole; that all of it holds needs every part.
    needed = [p for p in counted if p.verdict == verdict]
    proof = PROOFS[min(PROOFS.index(p.proof) for p in needed)]
    ordered = tuple(sorted(parts, key=lambda p: (p.aside, p.verdict != verdict)))
    return Verdict(judged.id, judged.statement, verdict, ordered, proof, seconds)
