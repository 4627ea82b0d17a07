"""From a diagnosis to the cures worth trying, the best guess first."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator, Mapping

from gainstage.diagnose.engine import Diagnosis
from gainstage.diagnose.finding import Finding
from gainstage.prescribe import remedies
from gainstage.prescribe.candidate import Candidate
from gainstage.prescribe.case import Case
from gainstage.prescribe.draft import MAKERS, Draft, Wanted, together
from gainstage.prescribe.places import Places
from gainstage.prescribe.remedies.by_hand import BY_HAND, by_hand

MOST = 12  # candidates that are handed on; each costs a training
ALIKE = 3  # of one remedy


def candidates(diagnosis: Diagnosis, places: Places, sources: Mapping[str, str]) -> tuple[Candidate, ...]:
    """What may cure this training: the root cause's remedies first, then two at once where there are two causes.

    Args:
        diagnosis: what was found in a run of the script as it is.
        places: where that run made modules and optimizers (:func:`gainstage.prescribe.collect.collect`).
        sources: texts of the user's own files by path.

    Returns:
        Each as a patch that was compiled; ``unsafe`` ones are included. Those that need the user's hand come last.
    """
    _load_makers()
    case = Case(diagnosis, places, sources)
    causes = [list(drafts(case, finding)) for finding in worth_curing(diagnosis)]
    ordered = interleaved(causes)
    pairs = combined(causes)
    ordered[len(causes[0]) if causes else 0 : 0] = pairs
    return distinct(ordered)[:MOST]


def _load_makers() -> None:
    """Import every file of ``remedies``: each registers itself."""
    for module in pkgutil.iter_modules(remedies.__path__):
        importlib.import_module(f"{remedies.__name__}.{module.name}")


def worth_curing(diagnosis: Diagnosis) -> list[Finding]:
    """Findings in the order of cure: causes before what follows from them, infos last."""
    return sorted(diagnosis.findings, key=lambda item: ("consequence_of" in item.evidence, item.severity == "info"))


def drafts(case: Case, finding: Finding) -> Iterator[Draft]:
    """All that may be done about one finding, in the order in which its rule names the remedies."""
    for remedy in finding.remedies:
        wanted, maker = Wanted(finding, remedy), MAKERS.get(remedy.name)
        made = list(maker(case, wanted)) if maker is not None else []
        yield from made
        if not any(draft.patches for draft in made) and remedy.name in BY_HAND:
            yield by_hand(wanted)


def interleaved(causes: list[list[Draft]]) -> list[Draft]:
    """All of the first cause, then the best of each other one, then the rest."""
    first, others = causes[:1], causes[1:]
    return [
        *(draft for found in first for draft in found),
        *(draft for found in others for draft in found[:1]),
        *(draft for found in others for draft in found[1:]),
    ]


def combined(causes: list[list[Draft]]) -> list[Draft]:
    """The best of the first two findings that have a patch and do not follow from each other."""
    best = [next((draft for draft in found if draft.patches), None) for found in causes]
    able = [draft for draft in best if draft is not None]
    return [together(able[0], other) for other in able[1:3] if other.remedy != able[0].remedy]


def distinct(found: list[Draft]) -> tuple[Candidate, ...]:
    """Those that can be carried out, each text once; what is to be done by hand behind them."""
    made: dict[object, Candidate] = {}
    counts: Counter[str] = Counter()
    for draft in found:
        candidate = draft.candidate() if counts[draft.remedy] < ALIKE else None
        key = candidate and (candidate.changes or candidate.by_hand)
        if candidate is not None and key not in made:
            made[key] = candidate
            counts[draft.remedy] += 1
    return tuple(sorted(made.values(), key=lambda item: not item.changes))
