"""Is what the ranks of a run are fed drawn from the same source? Intervals that allow for honest chance.

Of each rank there are batches, and nobody knows how many different examples are in them: a rank may see the same few
again and again. So an average over many steps is taken to be as uncertain as one batch is: by the spread within a
batch, or by the spread from batch to batch where that is larger (examples of one batch may resemble each other).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gainstage.record.run import Run
from gainstage.record.schema import Site

RISK = 0.001  # of a finding in a run whose ranks are fed alike
FEWEST_EXPECTED = 5  # counts in a class, for the chi-squared distribution to hold (Cochran 1954)
_ALIKE = 0.01  # below this chance the examples of one batch resemble each other
FEWEST_STEPS = 4  # that are compared before equality means anything

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """What one rank is fed beside what all others are.

    ``what`` names the quantity, ``own`` and ``others`` are its means, ``error`` is the standard error of their
    difference (nan for classes, whose shares are compared all at once), ``chance`` the probability of a larger one
    between ranks that are fed alike, for all comparisons together.
    """

    rank: int
    site: Site
    what: str
    own: float
    others: float
    error: float
    chance: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One quantity on one rank: mean over the samples, and its variance as that of one batch with ``freedom``."""

    mean: float
    variance: float
    freedom: float


def differences(runs: Sequence[Run]) -> list[Difference]:
    """Quantities that differ between a rank and the others by more than chance, the least probable first."""
    found = [difference for site in _shared(runs, "input") for difference in _features(runs, site)]
    found += [difference for site in _shared(runs, "loss") for difference in _targets(runs, site)]
    likely = [replace(difference, chance=difference.chance * len(found)) for difference in found]
    return sorted((d for d in likely if d.chance < RISK), key=lambda d: (d.chance, -_distance(d)))


def _distance(difference: Difference) -> float:
    """In standard errors: many probabilities are too small for a number."""
    errors = abs(difference.own - difference.others) / difference.error
    return errors if math.isfinite(errors) else 0.0


def repeated(runs: Sequence[Run]) -> int:
    """On how many steps all ranks were fed exactly the same; 0 as soon as one step differs, or too few tell."""
    seen = [_fed(run) for run in runs]
    steps = set.intersection(*(set(fed) for fed in seen)) if seen else set()
    same = all(fed[step] == seen[0][step] for fed in seen for step in steps)
    return len(steps) if same and len(steps) >= FEWEST_STEPS else 0


def parted(run: Run) -> bool:
    """Whether this rank computes with a part of a weight (tensor parallel), not with one that is gathered for the pass.

    What is computed in parts is not looked at, so no operation names such a weight.
    """
    named = {site.weight for site in run.sites}
    return any(p.shard and len(p.shape) > 1 and p.name not in named for p in run.parameters)


def _fed(run: Run) -> dict[int, tuple[float, ...]]:
    """What tells one batch from another, by step: the moments of the data, to the last bit."""
    columns = [
        run.signal(site.index, column)
        for site in run.sites
        if site.kind == "input"
        for column in ("signal", "offset", "minimum", "maximum")
    ]
    if not columns:
        return {}
    table = np.column_stack(columns)
    varied = np.any(table[:, ::4] > 0, axis=1)  # constants are the same everywhere
    told = np.logical_and(np.all(np.isfinite(table), axis=1), varied).tolist()
    return {step.step: tuple(row) for step, row, tells in zip(run.steps, table, told, strict=True) if tells}


def _shared(runs: Sequence[Run], kind: str) -> Iterator[Site]:
    """Sites of the first rank that all of them have."""
    for site in runs[0].sites if runs else ():
        if site.kind == kind and all(_own(run, site) is not None for run in runs):
            yield site


def _own(run: Run, site: Site) -> Site | None:
    key = (site.root, site.module, site.operation, site.call)
    return next((own for own in run.sites if (own.root, own.module, own.operation, own.call) == key), None)


def _extra(run: Run, site: Site, key: str) -> list[Any]:
    own = _own(run, site)
    return [value for value in run.signal_extra(own.index, key) if value is not None] if own else []


def _features(runs: Sequence[Run], site: Site) -> Iterator[Difference]:
    """Means and mean magnitudes of the features that were kept."""
    tables = [{key: _table(run, site, key) for key in ("means", "deviations", "sizes")} for run in runs]
    counts = [float(np.mean(values)) if (values := _extra(run, site, "compared_examples")) else 0.0 for run in runs]
    widths = {table.shape[1] for own in tables for table in own.values()}
    if len(widths) != 1 or min(counts) < 2:
        return
    for feature in range(widths.pop()):
        for key, words in (("means", "mean of feature"), ("sizes", "mean size of feature")):
            measured = [
                _measured(own[key][:, feature], _spread(own, key)[:, feature], count)
                for own, count in zip(tables, counts, strict=True)
            ]
            yield from _apart(runs, site, f"{words} {feature}", measured)


def _table(run: Run, site: Site, key: str) -> Array:
    """Lists of numbers, one per sample that has one: shape (samples, features)."""
    rows = _extra(run, site, key)
    equal = rows and all(isinstance(row, list) and len(row) == len(rows[0]) for row in rows)
    return np.array(rows, dtype=np.float64) if equal else np.zeros((0, 0))


def _spread(own: dict[str, Array], key: str) -> Array:
    """Variance within a batch: of x, or of |x| by E[x^2] - E[|x|]^2."""
    if key == "means":
        return own["deviations"] ** 2
    return np.maximum(own["means"] ** 2 + own["deviations"] ** 2 - own["sizes"] ** 2, 0.0)


def _measured(means: Array, within: Array, count: float) -> Measured:
    finite = np.isfinite(means) & np.isfinite(within)
    means, within = means[finite], within[finite]
    if not means.size:
        return Measured(math.nan, math.nan, 1.0)
    by_example = float(within.mean()) / (count - 1)
    by_batch = float(means.var(ddof=1)) if means.size > 1 else 0.0
    if by_batch > 0 and chi_squared(by_batch / max(by_example, 1e-300), means.size - 1) < _ALIKE:
        return Measured(float(means.mean()), by_batch, float(means.size - 1))
    return Measured(float(means.mean()), by_example, count - 1)


def _targets(runs: Sequence[Run], site: Site) -> Iterator[Difference]:
    counts = [_counted(run, site) for run in runs]
    if all(count.size for count in counts):
        yield from _classes(runs, site, counts)
        return
    batches = [float(np.median([step.examples for step in run.steps] or [0])) for run in runs]
    means = [np.array(_extra(run, site, "target_mean"), dtype=np.float64) for run in runs]
    spreads = [np.array(_extra(run, site, "target_std"), dtype=np.float64) ** 2 for run in runs]
    if min(batches) >= 2 and all(m.size and m.size == s.size for m, s in zip(means, spreads, strict=True)):
        measured = [_measured(m, s, n) for m, s, n in zip(means, spreads, batches, strict=True)]
        yield from _apart(runs, site, "mean of the targets", measured)


def _apart(runs: Sequence[Run], site: Site, what: str, measured: Sequence[Measured]) -> Iterator[Difference]:
    """Each rank against the mean of the others (Welch 1947)."""
    if len(runs) < 2:
        return
    for place, (run, own) in enumerate(zip(runs, measured, strict=True)):
        others = [other for position, other in enumerate(measured) if position != place]
        mean = float(np.mean([other.mean for other in others]))
        parts = [own.variance, *(other.variance / len(others) ** 2 for other in others)]
        variance = sum(parts)
        if not math.isfinite(own.mean + mean + variance):
            continue
        freedoms = [own.freedom, *(other.freedom for other in others)]
        weighted = sum(part**2 / freedom for part, freedom in zip(parts, freedoms, strict=True))
        freedom = variance**2 / weighted if weighted else freedoms[0]
        # Numbers that never vary are given to single precision.
        error = math.sqrt(variance) + 1e-6 * max(abs(own.mean), abs(mean), 1e-30)
        chance = two_sided((own.mean - mean) / error, freedom)
        yield Difference(run.info.rank, site, what, own.mean, mean, error, chance)


def two_sided(t: float, freedom: float) -> float:
    """Probability of a larger |t| under Student's distribution; Wallace's (1959) transformation to the normal."""
    normal = (8 * freedom + 1) / (8 * freedom + 3) * math.sqrt(freedom * math.log1p(t * t / freedom))
    return math.erfc(normal / math.sqrt(2))


def _counted(run: Run, site: Site) -> Array:
    """Mean class counts of a batch."""
    lists = [np.array(row, dtype=np.float64) for row in _extra(run, site, "class_counts") if isinstance(row, list)]
    if not lists:
        return np.zeros(0)
    total = np.zeros(max(map(len, lists)))
    for row in lists:
        total[: len(row)] += row
    # Of the many targets of one example (pixels, words) one is as good as all.
    return total / max(float(total.sum()), 1.0) * float(np.median([step.examples for step in run.steps]))


def _classes(runs: Sequence[Run], site: Site, counts: Sequence[Array]) -> Iterator[Difference]:
    """Class counts of a rank's batch against the others': chi-squared, neighbouring classes joined where rare."""
    width = max(map(len, counts))
    table = np.array([np.pad(count, (0, width - len(count))) for count in counts])
    for place, run in enumerate(runs):
        pair = np.array([table[place], np.delete(table, place, axis=0).mean(axis=0)])
        joined = _joined(pair)
        if joined.shape[1] < 2:
            continue
        expected = np.outer(joined.sum(axis=1), joined.sum(axis=0)) / joined.sum()
        freedom = joined.shape[1] - 1
        chance = chi_squared(float(((joined - expected) ** 2 / expected).sum()) / freedom, freedom)
        largest = int(np.abs(pair[0] / pair[0].sum() - pair[1] / pair[1].sum()).argmax())
        own, others = (float(row[largest] / row.sum()) for row in pair)
        yield Difference(run.info.rank, site, f"share of class {largest}", own, others, math.nan, chance)


def _joined(pair: Array) -> Array:
    """Classes in order, gathered until both ranks are expected to have :data:`FEWEST_EXPECTED` of them in a batch."""
    share = pair.sum(axis=1) / pair.sum()
    groups: list[Array] = []
    open_group = np.zeros(2)
    for column in pair.T:
        open_group = open_group + column
        if (open_group.sum() * share).min() >= FEWEST_EXPECTED:
            groups.append(open_group)
            open_group = np.zeros(2)
    if groups:
        groups[-1] = groups[-1] + open_group
    return np.array(groups).T.reshape(2, -1)


def chi_squared(ratio: float, freedom: int) -> float:
    """Probability of a larger chi-squared over ``freedom``; Wilson and Hilferty's (1931) cube root."""
    normal = (ratio ** (1 / 3) - (1 - 2 / (9 * freedom))) / math.sqrt(2 / (9 * freedom))
    return 0.5 * math.erfc(normal / math.sqrt(2))
