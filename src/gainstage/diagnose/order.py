"""Which finding is the root and which its consequence: the one table, and the order that follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gainstage.diagnose.finding import SEVERITIES, Finding, Severity
from gainstage.diagnose.progress import LOWER, most_severe
from gainstage.diagnose.view import SHARES

# What makes everything after it meaningless comes first; what merely shows at the loss comes last.
ROOT_FIRST = (
    *("GS901", "GS701", "GS304", "GS501", "GS503", "GS505", "GS504", "GS502", "GS203", "GS401"),  # wrong as built
    *("GS602", "GS601", "GS605", "GS606", "GS607", "GS603"),  # data
    *("GS402", "GS403", "GS301", "GS302", "GS702", "GS703"),  # start, learning rate, number format
    *("GS106", "GS202", "GS201", "GS204", "GS101", "GS102", "GS107", "GS104", "GS105", "GS103"),  # inside
    *("GS303", "GS305", "GS604", "GS306", "GS902", "GS900"),  # loss and recording
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """``consequence`` follows from any of ``roots``, for the causes named (all when empty).

    ``fold`` drops the consequence: it says the same thing again. Otherwise it stays, one severity
    lower and behind its root, because it may be worth curing on its own.
    """

    consequence: str
    roots: tuple[str, ...]
    causes: frozenset[str] = frozenset()
    fold: bool = False


SYMPTOMS = ("GS306", "GS604", "GS902")  # these explain nothing


@dataclass(frozen=True, slots=True)
class Link:
    """One finding's root, found by its code, and whether it says nothing beyond it."""

    root: str
    fold: bool


LEARNING_RATE, INPUTS = frozenset({"learning-rate"}), frozenset({"input-scale", "input-offset", "inputs"})
# Imperfections that weigh more where a training gets nowhere, and less again where something else says why.
BUILT_WRONG = ("GS304", "GS501", "GS503", "GS505", "GS504", "GS502", "GS602", "GS601", "GS605", "GS301", "GS302")
AMPLIFIED = {"GS103": frozenset[str](), "GS106": frozenset({"linear-regime"}), "GS303": frozenset({"weight-scale"})}
EXPLANATIONS = (
    Explanation("GS305", ("GS301", "GS304"), fold=True),
    Explanation("GS107", ("GS401",), fold=True),
    Explanation("GS203", ("GS302",), frozenset({"not-in-optimizer"}), fold=True),
    Explanation("GS203", ("GS503", "GS504"), fold=True),
    Explanation("GS302", ("GS106",)),
    Explanation("GS201", ("GS106",)),
    Explanation("GS201", ("GS503",), fold=True),
    Explanation("GS101", ("GS301", "GS304"), LEARNING_RATE),
    Explanation("GS102", ("GS301", "GS304"), LEARNING_RATE),
    Explanation("GS202", ("GS301", "GS304"), LEARNING_RATE),
    Explanation("GS105", ("GS301", "GS304"), LEARNING_RATE),
    Explanation("GS204", ("GS301", "GS304"), LEARNING_RATE),
    Explanation("GS403", ("GS301", "GS304"), LEARNING_RATE),
    Explanation("GS701", ("GS301", "GS304"), LEARNING_RATE),
    Explanation("GS701", ("GS202", "GS105", "GS402", "GS403"), frozenset({"overflow", "initialisation"})),
    Explanation("GS602", ("GS601",), frozenset({"input-offset"}), fold=True),
    Explanation("GS701", ("GS601",), INPUTS),
    Explanation("GS701", ("GS703",), frozenset({"operation", "overflow"}), fold=True),
    Explanation("GS101", ("GS601",), INPUTS),
    Explanation("GS102", ("GS601",), INPUTS),
    Explanation("GS202", ("GS601",), INPUTS),
    Explanation("GS105", ("GS601",), INPUTS),
    Explanation("GS202", ("GS605",), frozenset({"target-scale"})),
    Explanation("GS301", ("GS304",)),
    Explanation("GS301", ("GS601",), INPUTS),
    Explanation("GS301", ("GS403", "GS402", "GS202", "GS103"), frozenset({"steep-start"})),
    Explanation("GS303", ("GS201", "GS202", "GS203"), frozenset({"gradient"}), fold=True),
    Explanation("GS502", ("GS504",)),
    Explanation("GS605", ("GS502",)),
    Explanation("GS301", ("GS605",), frozenset({"target-scale"})),
    Explanation("GS101", ("GS701",), frozenset({"initialisation", "drift"})),
    Explanation("GS101", ("GS602",)),
    *(Explanation(code, BUILT_WRONG, causes) for code, causes in AMPLIFIED.items()),
    Explanation("GS403", ("GS605",), LEARNING_RATE, fold=True),
    Explanation("GS105", ("GS605",), LEARNING_RATE, fold=True),
    Explanation("GS105", ("GS602",), fold=True),
    Explanation("GS203", ("GS702",), frozenset({"zero-gradient"}), fold=True),
    Explanation("GS302", ("GS702",), fold=True),
    Explanation("GS201", ("GS401", "GS203"), fold=True),
    Explanation("GS204", ("GS601",)),
    Explanation("GS402", ("GS301",)),
    Explanation("GS104", ("GS401",), fold=True),
    Explanation("GS402", ("GS401",), fold=True),
    Explanation("GS402", ("GS403",), frozenset({"gain-too-large"}), fold=True),
    Explanation("GS101", ("GS401",)),
    Explanation("GS103", ("GS401",)),
    Explanation("GS104", ("GS201",), frozenset({*SHARES, "weight-decay"})),
    Explanation("GS105", ("GS202", "GS403"), frozenset({"initialisation"})),
)


def arrange(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings with echoes folded into their root, consequences lowered, and every root before its consequences."""
    found = sorted(findings, key=priority)
    links = [link(finding, found) for finding in found]
    folded = {finding.code: entry.root for finding, entry in zip(found, links, strict=True) if entry and entry.fold}
    explains: dict[str, set[str]] = {}
    worst: dict[str, Severity] = {}
    for finding, entry in zip(found, links, strict=True):
        if entry is not None:
            root = outermost(entry.root, folded)
            explains.setdefault(root, set()).add(finding.code)
            worst[root] = most_severe((worst.get(root, "info"), finding.severity))
    kept: list[Finding] = []
    for finding, entry in zip(found, links, strict=True):
        if entry is None or not entry.fold:
            root = "" if entry is None else outermost(entry.root, folded)
            kept.append(annotated(finding, root, explains.get(finding.code, set()), worst.get(finding.code, "info")))
    return roots_first(sorted(kept, key=priority))


def outermost(root: str, folded: dict[str, str]) -> str:
    """Where ``root`` itself was folded, the finding that took it in, however often that was repeated."""
    seen = {root}
    while root in folded and folded[root] not in seen:
        root = folded[root]
        seen.add(root)
    return root


def link(finding: Finding, found: list[Finding]) -> Link | None:
    """What explains ``finding`` among those found, by the table; None for a fault of its own."""
    serious = [other for other in found if other.severity != "info" and other.code not in SYMPTOMS]
    if finding.code in ("GS306", "GS604"):  # they ask for a reason where none was found
        return Link(serious[0].code, fold=True) if serious else None
    for entry in explaining(finding):
        for root in entry.roots:
            # Two that explain each other, each by its own cause: neither is the root of the other.
            if any(other.code == root and not blames(other, finding.code) for other in serious):
                return Link(root, entry.fold)
    return None


def explaining(finding: Finding) -> list[Explanation]:
    """The table's entries for this fault with this cause."""
    cause = finding.cause.name if finding.cause else ""
    mine = [entry for entry in EXPLANATIONS if entry.consequence == finding.code]
    return [entry for entry in mine if not entry.causes or cause in entry.causes]


def blames(finding: Finding, code: str) -> bool:
    """Whether the table would explain ``finding`` by ``code``."""
    return any(code in entry.roots for entry in explaining(finding))


def annotated(finding: Finding, root: str, explains: set[str], worst: Severity) -> Finding:
    """``finding`` with its place in the chain of causes in its evidence.

    It is as grave as the ``worst`` it causes, and one severity lower itself under a root.
    """
    evidence = dict(finding.evidence)
    if explains:
        evidence["consequences"] = sorted(explains)
    if root:
        evidence["consequence_of"] = root
    severity = LOWER[finding.severity] if root else most_severe((finding.severity, worst))
    return replace(finding, evidence=evidence, severity=severity)


def roots_first(findings: list[Finding]) -> tuple[Finding, ...]:
    """The same order, except that what explains a finding stands before it."""
    ordered: list[Finding] = []

    def place(finding: Finding, waiting: tuple[str, ...]) -> None:
        root = finding.evidence.get("consequence_of")
        for other in findings:
            if other.code == root and root not in waiting:
                place(other, (*waiting, finding.code))
        if finding not in ordered:
            ordered.append(finding)

    for finding in findings:
        place(finding, ())
    return tuple(ordered)


def priority(finding: Finding) -> tuple[int, int, str]:
    """Smaller is earlier: severity, then the place in :data:`ROOT_FIRST`."""
    place = ROOT_FIRST.index(finding.code) if finding.code in ROOT_FIRST else len(ROOT_FIRST)
    return SEVERITIES.index(finding.severity), place, finding.code
