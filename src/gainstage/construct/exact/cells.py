"""The sup-norm error of a network of two or three inputs, proved cell by cell of its grid.

What the network would be with perfect steps or ramps is compared with the function over each cell by enclosures. How
far the real units, rounding and what was left out can move it is bounded once, by the sum of the mixed differences.

What is proved is the construction on this grid. That the arrays of the network are this construction is not read off
them, as it is for one input, but tested.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from math import inf

import numpy as np
from flint import arb

from gainstage.construct.exact.balls import BallUnit
from gainstage.construct.exact.surface import Continuous, Surface
from gainstage.construct.rounding import ULPS
from gainstage.construct.several import Product
from gainstage.construct.target import Box
from gainstage.functions.exact.intervals import Interval
from gainstage.functions.function import Array

# The error of the piecewise linear interpolation with ramps p + q - 1, p + q + r - 2, per half of h_a h_b |f_ab|: the
# largest sum of |weight of a corner| * distance_a * distance_b over the unit cell; in 3 dimensions weights may be
# negative. First for a = b, then for a ≠ b.
SHARE = {2: (0.25, 0.25), 3: (0.53, 0.52)}
CUTS = (1, 2, 4, 8)  # parts of a cell's side
HALVED = 32  # boxes of one cell
HALVED_WITHOUT_SLOPES = 4096  # the same where only values are known
ZONE = 40.0  # |z| from which on a step of the first layer counts as done
SAFE = 1 + 1e-9


@dataclass(frozen=True, slots=True)
class CellCertificate:
    """``bound`` holds on the whole box; ``failed`` is the first cell whose bound is above what was allowed, or ""."""

    bound: float
    rounding: float
    failed: str = ""


def certify_cells(made: Product, surface: Surface | Continuous, box: Box, tolerance: float) -> CellCertificate:
    """Prove that the network is within ``tolerance`` of the surface on the box, or say where that failed."""
    steps = made.network.unit.kind == "step"
    off, rounding = (_step_slop if steps else _ramp_slop)(made, box)
    allowed, worst = tolerance - off - rounding, 0.0
    regions = _regions(made) if steps else _cells(made)
    for sides, candidates in regions:
        where = [Interval(arb(low), arb(high)) for low, high in sides]
        bound = _apart(surface, where, candidates, allowed)
        if not steps and bound > allowed and isinstance(surface, Surface) and surface.order == 2:
            bound = min(bound, _interpolation(surface, where, allowed))
        worst = max(worst, bound)
        if not worst <= allowed:
            text = " × ".join(f"[{low:.5g}, {high:.5g}]" for low, high in sides)
            return CellCertificate(inf, rounding, text)
    return CellCertificate((worst + off + rounding) * SAFE, rounding)


def _apart(surface: Surface | Continuous, where: list[Interval], candidates: Array, allowed: float) -> float:
    """How far the function can be from the farthest candidate; boxes are halved while that is more than allowed."""
    lowest, highest = arb(float(candidates.min())), arb(float(candidates.max()))
    left, worst, budget = [where], arb(0), HALVED if isinstance(surface, Surface) else HALVED_WITHOUT_SLOPES
    while left:
        part = left.pop()
        values = surface.range(part)
        bound = max((highest - values.low).upper(), (values.high - lowest).upper(), key=lambda end: end.mid())
        budget -= 1
        if bound <= allowed or budget < 0:
            worst = bound if bound > worst else worst
            if bound > allowed:
                break
        else:
            widest = max(range(len(part)), key=lambda axis: float(part[axis].width))
            left += [[*part[:widest], half, *part[widest + 1 :]] for half in part[widest].split()]
    return float(worst.upper())


def _interpolation(surface: Surface, where: list[Interval], allowed: float) -> float:
    """The error of the piecewise linear function through the corners of one cell, by Taylor's theorem.

    Its second derivatives are enclosed over ever smaller parts of the cell, until the bound is small enough.
    """
    own, mixed = SHARE[len(where)]
    width, bound = [side.width for side in where], inf
    pairs = [(a, b) for a in range(len(where)) for b in range(a, len(where))]
    for cuts in CUTS:
        parts = [
            [_cut(side, k, cuts) for side, k in zip(where, index, strict=True)]
            for index in np.ndindex(*[cuts] * len(where))
        ]
        total = arb(0)
        for a, b in pairs:
            largest = arb(0)
            for part in parts:
                size = surface.curvature(a, b, part).magnitude.high
                largest = size if size > largest else largest
            total += (own / 2 if a == b else mixed) * largest * width[a] * width[b]
        bound = float(total.upper())
        if bound <= allowed:
            return bound
    return bound if bound == bound else inf


def _cut(side: Interval, number: int, cuts: int) -> Interval:
    """Part ``number`` of ``cuts`` equal parts, rounded outward."""
    step = (side.high - side.low) / cuts
    return Interval((side.low + number * step).lower(), (side.low + (number + 1) * step).upper())


Region = tuple[tuple[tuple[float, float], ...], Array]


def _cells(made: Product) -> Iterator[Region]:
    """Each cell with the extreme values that the ideal ramps can have in it."""
    lines, table = made.grid.lines, made.grid.table
    for index in np.ndindex(*(len(line) - 1 for line in lines)):
        local = table[tuple(slice(k, k + 2) for k in index)]
        yield (
            tuple((float(line[k]), float(line[k + 1])) for line, k in zip(lines, index, strict=True)),
            _extremes(local),
        )


def _regions(made: Product) -> Iterator[Region]:
    """Each cell, and the strips around its walls in which steps are under way, with the values possible there."""
    lines, table, reach = made.grid.lines, made.grid.table, [ZONE / steep * SAFE for steep in made.steep]
    jumps = made.network.unit.jumps
    spans: list[list[tuple[float, float, slice]]] = []
    for line, near in zip(lines, reach, strict=True):
        parts = [(float(line[k]), float(line[k + 1]), slice(k, k + 1)) for k in range(len(line) - 1)]
        if not jumps:
            walls = [
                (float(w - n), float(w + n), slice(k, k + 2))
                for k, (w, n) in enumerate(zip(line[1:-1], near, strict=True))
            ]
            parts += walls
        spans.append(parts)
    for chosen in product(*spans):
        sides = tuple(
            (max(low, float(line[0])), min(high, float(line[-1])))
            for (low, high, _), line in zip(chosen, lines, strict=True)
        )
        yield sides, _extremes(table[tuple(span for _, _, span in chosen)])


def _extremes(local: Array) -> Array:
    """The corners of what a sum of mixed differences times "ands" can be: an "and" of more is never larger.

    They are the sums over all families of sets of axes that hold every subset of what they hold.
    """
    moving = [axis for axis in range(local.ndim) if local.shape[axis] == 2]
    differences = local
    for axis in moving:
        differences = np.diff(differences, axis=axis, prepend=0.0)
    sets = [frozenset(found) for size in range(len(moving) + 1) for found in combinations(moving, size)]
    part = {s: float(differences[tuple(int(axis in s) for axis in range(local.ndim))]) for s in sets}
    return np.array([sum(part[s] for s in family) for family in _families(tuple(moving))])


def _families(axes: tuple[int, ...]) -> list[tuple[frozenset[int], ...]]:
    """All families of subsets of ``axes`` that contain the empty set and every subset of their members."""
    if axes not in _KNOWN:
        sets = [frozenset(found) for size in range(1, len(axes) + 1) for found in combinations(axes, size)]
        closed = []
        for used in product((False, True), repeat=len(sets)):
            family = {frozenset[int](), *(s for s, u in zip(sets, used, strict=True) if u)}
            if all(s - {axis} in family for s in family for axis in s):
                closed.append(tuple(family))
        _KNOWN[axes] = closed
    return _KNOWN[axes]


_KNOWN: dict[tuple[int, ...], list[tuple[frozenset[int], ...]]] = {}


def _step_slop(made: Product, box: Box) -> tuple[float, float]:
    """What unfinished steps may add, and what rounding may."""
    network, total = made.network, float(np.abs(made.difference).sum())
    unit, roundoff, axes = network.unit, network.roundoff, len(box)
    left, right = unit.lines
    jump = abs(right.intercept - left.intercept)
    size = max(abs(left.intercept), abs(right.intercept)) / jump
    sums = _sum(network.units[1], roundoff) * (total * (1 + size) + abs(made.grid.table.flat[0]))
    if unit.jumps:
        return made.dropped, sums * SAFE
    ball = BallUnit(unit, 2.0**60)
    steepest = float(unit.card["lipschitz"]) / jump
    unfinished = axes * ball.tail(ZONE * (1 - 1e-6)) / jump
    after = ball.tail(0.45 * made.steep_and) / jump
    small = (2 * axes + 6 + 4 * ULPS) * roundoff * (axes * (1 + 2 * size) + 1)
    rounding = total * (steepest * made.steep_and * small + 2 * ULPS * roundoff * (1 + size)) + sums
    return (made.dropped + total * (steepest * made.steep_and * unfinished + after)) * SAFE, rounding * SAFE


def _ramp_slop(made: Product, box: Box) -> tuple[float, float]:
    """What rounded corners may add, and what rounding may."""
    network, total = made.network, float(np.abs(made.difference).sum())
    unit, roundoff, axes = network.unit, network.roundoff, len(box)
    rise = max(abs(line.slope) for line in unit.lines)
    worst = 0.0 if unit.exact else BallUnit(unit, 2.0**40).worst / rise
    finest = [float(np.diff(line).min()) for line in made.grid.lines]
    bent = sum(2 * worst / (steep[0] * fine) for steep, fine in zip(made.steep, finest, strict=True))
    steepest = float(unit.card["lipschitz"]) / rise
    reach = sum(4 * (high - low) / fine for (low, high), fine in zip(box, finest, strict=True))
    level = max(abs(line.intercept) for line in unit.lines) / rise
    small = (2 * axes + 8 + 4 * ULPS) * roundoff * (reach + 2 * axes * level + axes + 1)
    sums = _sum(network.units[1], roundoff) * (total * (1.1 + level + worst) + abs(made.grid.table.flat[0]))
    rounding = total * (steepest * small + 2 * ULPS * roundoff * (1 + level + worst)) + sums
    return (made.dropped + total * (steepest * bent + worst / made.steep_and)) * SAFE, rounding * SAFE


def _sum(terms: int, roundoff: float) -> float:
    """Higham's gamma for a sum of so many products and a bias, whose weights were rounded too."""
    share = (terms + 3) * roundoff
    return share / (1 - share)
