"""From a diagnosis to the cures worth trying, the best guess first."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import zip_longest

from gainstage.diagnose.engine import Diagnosis
from gainstage.diagnose.finding import Finding, Remedy
from gainstage.prescribe import remedies
from gainstage.prescribe.candidate import Candidate
from gainstage.prescribe.case import Case
from gainstage.prescribe.draft import MAKERS, Draft, Inapplicable, Maker, Wanted, together
from gainstage.prescribe.places import Places
from gainstage.prescribe.remedies.by_hand import BY_HAND, by_hand
from gainstage.prescribe.source.patch import CannotPatch

MOST = 12  # candidates that are handed on; each costs a training
ALIKE = 3  # of one remedy
PAIRS = 2  # combinations of two causes
BEGINNINGS = frozenset(
    ("swap-activation", "reinitialise", "larger-gain", "rescale-weights", "centre-activation", "leaky-activation")
)
USUAL_MOMENTUM = 0.9
GRADIENT, LEFT_DB = ("GS201", "GS202", "GS402"), 30.0
RECURRENT = ("GS104", "GS105", "GS201", "GS202")  # findings that a recurrent weight of another gain than 1 brings


def candidates(
    diagnosis: Diagnosis, places: Places, sources: Mapping[str, str], trouble: list[str] | None = None
) -> tuple[Candidate, ...]:
    """What may cure this training: the root cause's remedies first, then two at once where there are two causes.

    Args:
        diagnosis: what was found in a run of the script as it is.
        places: where that run made modules and optimizers (:func:`gainstage.prescribe.collect.collect`).
        sources: texts of the user's own files by path.
        trouble: gets a line for every remedy that failed by a mistake of ours; the others are still made.

    Returns:
        Each as a patch that was compiled; ``unsafe`` ones are included. Those that need the user's hand come last.
    """
    case = Case(diagnosis, places, sources)
    causes = [(finding, ordered(drafts(case, finding, trouble))) for finding in worth_curing(diagnosis)]
    return distinct(best_first(causes))[:MOST]


@cache
def makers() -> Mapping[str, Maker]:
    """What carries each remedy out, by its name: every file of ``remedies`` registers its own when it is imported."""
    for module in pkgutil.iter_modules(remedies.__path__):
        importlib.import_module(f"{remedies.__name__}.{module.name}")
    return MAKERS


def worth_curing(diagnosis: Diagnosis) -> list[Finding]:
    """Findings in the order of cure: causes before what follows from them, infos last."""
    return sorted(diagnosis.findings, key=lambda item: (item.severity == "info", follows(item)))


def follows(finding: Finding) -> bool:
    """Whether another finding explains it."""
    return "consequence_of" in finding.evidence


def drafts(case: Case, finding: Finding, trouble: list[str] | None = None) -> Iterator[list[Draft]]:
    """For each remedy that the finding names, the ways to carry it out, the likeliest first."""
    for remedy in sorted((*further(case, finding), *finding.remedies), key=lambda item: leaves_much(finding, item)):
        wanted, maker = Wanted(finding, remedy), makers().get(remedy.name)
        made: list[Draft] = []
        try:
            made.extend(maker(case, wanted) if maker is not None else ())
        except CannotPatch:
            pass  # what was made up to there stands
        except Inapplicable:
            continue
        except Exception as error:  # one remedy's mistake must not cost the user all others
            if trouble is not None:
                trouble.append(f"{remedy.name} could not be made: {type(error).__name__}: {error}")
        if not any(draft.patches and draft.candidate() for draft in made) and remedy.name in BY_HAND:
            made.append(by_hand(wanted))
        yield made


def leaves_much(finding: Finding, remedy: Remedy) -> bool:
    """Whether the gradient is predicted to stay far from whole: then the remedies that do better come before."""
    return finding.code in GRADIENT and remedy.unit == "dB" and abs(remedy.value or 0.0) > LEFT_DB


def further(case: Case, finding: Finding) -> Iterator[Remedy]:
    """What the rules do not say: less momentum where that is the cause, and how a recurrence keeps its signal.

    A rule that looks at one stage at a time cannot know that a recurrent weight is passed at every moment.
    """
    known = {remedy.name for remedy in finding.remedies}
    momentum = case.run.steps[0].settings.get("momentum") if case.run.steps else None
    heavy = finding.cause is not None and finding.cause.name == "momentum"
    if heavy and isinstance(momentum, int | float) and USUAL_MOMENTUM < momentum < 1 and "less-momentum" not in known:
        shorter = f"momentum 0.9: steps {(1 - USUAL_MOMENTUM) / (1 - momentum):.2g} times shorter in the long run"
        yield Remedy("less-momentum", "unsafe", "the optimizer", shorter, USUAL_MOMENTUM)
    recurrent = any(site.kind == "recurrent" and site.operation.startswith("rnn") for site in case.run.sites)
    if finding.code in RECURRENT and recurrent and "orthogonal-recurrence" not in known:
        where, promise = ", ".join(finding.sites[:1]), "recurrent gain 1: 0 dB per moment at the start"
        yield Remedy("orthogonal-recurrence", "safe", where, promise, 0.0, "dB")


def ordered(ways: Iterable[list[Draft]]) -> list[Draft]:
    """The first way of every remedy, then the second ones, ...: they differ more than two ways of one remedy do."""
    return [draft for turn in zip_longest(*ways) for draft in turn if draft is not None]


def best_first(causes: list[tuple[Finding, list[Draft]]]) -> list[Draft]:
    """The first cause's cure, the cure of two causes at once, then by rank: of the cause, and within its cures."""
    ranked = [
        (rank + position, rank, draft)
        for rank, (_, found) in enumerate(causes)
        for position, draft in enumerate(found)
    ]  # fmt: skip
    single = [draft for _, _, draft in sorted(ranked, key=lambda item: item[:2])]
    return [*single[:1], *combined(causes), *single[1:]]


def combined(causes: list[tuple[Finding, list[Draft]]]) -> list[Draft]:
    """The best of the first finding together with the best of others that do not follow from it."""
    roots = [found for finding, found in causes if not follows(finding) and finding.severity != "info"]
    best = [draft for found in roots if (draft := next((item for item in found if item.patches), None)) is not None]
    return [together(best[0], other) for other in best[1:] if not clash(best[0].remedy, other.remedy)][:PAIRS]


def clash(first: str, second: str) -> bool:
    """Two that say what weights and activations begin as: the second would undo the first."""
    return first == second or {first, second} <= BEGINNINGS


def nearly(draft: Draft, other: Candidate) -> bool:
    """Two learning rates of which one is at most twice the other: a trial could hardly tell them apart."""
    if draft.remedy != other.remedy or not draft.remedy.endswith("-learning-rate"):
        return False
    return bool(draft.value and other.value and 0.5 <= draft.value / other.value <= 2.0)


def distinct(found: list[Draft]) -> tuple[Candidate, ...]:
    """Those that can be carried out, each text once; what is to be done by hand behind them."""
    made: dict[object, Candidate] = {}
    counts: Counter[str] = Counter()
    for draft in found:
        new = counts[draft.remedy] < ALIKE and not any(nearly(draft, other) for other in made.values())
        candidate = draft.candidate() if new else None
        key = candidate and (candidate.changes or candidate.by_hand)
        if candidate is not None and key not in made:
            alike = sum(other.name == candidate.name for other in made.values())
            made[key] = replace(candidate, variant=f"{candidate.variant} {alike + 1}".lstrip()) if alike else candidate
            counts[draft.remedy] += 1
    return tuple(sorted(made.values(), key=lambda candidate: not candidate.changes))
