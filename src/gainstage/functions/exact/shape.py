"""The function's shape: does it rise, bend one way, mirror itself, scale, and how smoothly do its pieces meet?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import sympy
from flint import arb

from gainstage.functions.card import UNKNOWN, Property
from gainstage.functions.exact.curve import Curve, Piece
from gainstage.functions.exact.intervals import Interval
from gainstage.functions.exact.search import Sign, sign
from gainstage.functions.exact.symbols import X, same, spelled_out, symbolic

ORDERS = 6  # derivatives compared where pieces meet
WITNESSES = tuple(arb(k) / 16 for k in (3, 11, 20, 45, 90, 200))


def monotonic(curve: Curve, order: int) -> Property:
    """Whether the derivative of ``order`` never falls, "increasing", never rises, "decreasing", or "no"."""
    signs: list[Sign] = [*(sign(piece, order + 1) for piece in curve.pieces), *_jumps(curve, order)]
    return _one_way(signs, {"+": "increasing", "-": "decreasing", "0": "constant"})


def convexity(curve: Curve) -> Property:
    """"convex", "concave", "both" for straight lines, or "neither"."""
    if any(jump != "0" for jump in _jumps(curve, 0)):
        return Property("neither") if "unknown" not in _jumps(curve, 0) else UNKNOWN
    signs: list[Sign] = [*(sign(piece, 2) for piece in curve.pieces), *_jumps(curve, 1)]
    return _one_way(signs, {"+": "convex", "-": "concave", "0": "both"}, "neither")


def _one_way(signs: Sequence[Sign], words: dict[str, str], otherwise: str = "no") -> Property:
    kinds = set(signs) - {"0"}
    if "mixed" in kinds or {"+", "-"} <= kinds:
        return Property(otherwise)
    if "unknown" in kinds:
        return UNKNOWN
    return Property(words[next(iter(kinds), "0")])


def _jumps(curve: Curve, order: int) -> list[Sign]:
    """The sign of each jump of the derivative of ``order`` where pieces meet; "0" where there is proved to be none."""
    return [_jump(curve, left, right, order) for left, right in pairwise(curve.pieces)]


def _jump(curve: Curve, left: Piece, right: Piece, order: int) -> Sign:
    before, after = left.at(order, left.box.high), right.at(order, right.box.low)
    step = after - before
    if step.low > 0 or step.high < 0:
        return "+" if step.low > 0 else "-"
    return "0" if _meet(curve, left, right, order) else "unknown"


def _meet(curve: Curve, left: Piece, right: Piece, order: int) -> bool:
    """Whether the derivatives of ``order`` are symbolically equal where the two pieces meet."""
    number = [piece.expression for piece in curve.pieces].index(left.expression)
    skipped = len(curve.definition.pieces) - len(curve.pieces)
    edges = curve.definition.edges
    if skipped:
        return bool((left.at(order, left.box.high) - right.at(order, right.box.low)).magnitude.high == 0)
    at = symbolic(edges[number].at, curve.decimals)
    sides = (symbolic(piece.formula(order), curve.decimals).subs(X, at) for piece in (left, right))
    return same(*sides)


def smoothness(curve: Curve) -> Property:
    """How often the function is continuously differentiable: ``inf`` for every order, -1 for one that jumps."""
    if not _bends(curve):
        return Property(math.inf)
    for order in range(ORDERS + 1):
        jumps = set(_jumps(curve, order))
        if jumps & {"+", "-"}:
            return Property(order - 1)
        if "unknown" in jumps:
            return UNKNOWN
    return Property(ORDERS, "numerical")


def _bends(curve: Curve) -> list[Interval]:
    """The edges between pieces that are not the same expression, as with a leaky slope of 1."""
    sides = pairwise(symbolic(piece.expression, curve.decimals) for piece in curve.pieces)
    return [
        Interval(left.box.high, right.box.low)
        for (left, right), expressions in zip(pairwise(curve.pieces), sides, strict=True)
        if not same(*expressions)
    ]


def symmetry(curve: Curve) -> Property:
    """"odd", "even" or "none"; proved symbolically, disproved by two points."""
    for word, factor in (("odd", -1), ("even", 1)):
        if not _differs(curve, factor):
            return Property(word) if _mirrors(curve, factor) else UNKNOWN
    return Property("none")


def _differs(curve: Curve, factor: int) -> bool:
    """Whether f(-x) is strictly different from ``factor * f(x)`` at some point."""
    for point in WITNESSES:
        step = value_at(curve, -point) - value_at(curve, point) * factor
        if step.low > 0 or step.high < 0:
            return True
    return False


def value_at(curve: Curve, point: arb) -> Interval:
    """The function's value at a point that is no edge."""
    piece = next(piece for piece in curve.pieces if piece.box.low <= point <= piece.box.high)
    return piece.at(0, point)


def _mirrors(curve: Curve, factor: int) -> bool:
    expressions = [symbolic(text, curve.decimals) for text in curve.definition.pieces]
    edges = [symbolic(edge.at, curve.decimals) for edge in curve.definition.edges]
    mirrored = all(a + b == 0 for a, b in zip(edges, reversed(edges), strict=True))
    halves = zip(expressions, reversed(expressions), strict=True)
    return mirrored and all(same(right.subs(X, -X), factor * left) for left, right in halves)


def homogeneity(curve: Curve) -> Property:
    """The degree d with f(c x) = c^d f(x) for all c > 0, None when there is none."""
    degrees = {_degree(curve, side) for side in (-1, 1)} - {"any"}
    if "unknown" in degrees:
        return UNKNOWN
    (degree,) = degrees if len(degrees) == 1 else (None,)
    return Property(None if degree is None else float(degree))


def _degree(curve: Curve, side: int) -> float | str | None:
    """The degree on one half-line; "any" where the function is 0, None when two points disprove every degree."""
    seen: list[Interval] = []
    for point in WITNESSES:
        x = point * side
        piece = next(piece for piece in curve.pieces if piece.box.low <= x <= piece.box.high)
        value, slope = piece.at(0, x), piece.at(1, x)
        if value.magnitude.high == 0:
            continue
        seen.append(slope * Interval(x, x) / value)
        if seen[-1].low > seen[0].high or seen[-1].high < seen[0].low:
            return None
    if any(edge.low * side > 0 or edge.high * side > 0 for edge in _bends(curve)):
        return "unknown" if not seen or len(seen) == len(WITNESSES) else None
    return _symbolic_degree(curve, side) if seen else "any"


def _symbolic_degree(curve: Curve, side: int) -> float | str:
    text = curve.pieces[0 if side < 0 else -1].expression
    expression = spelled_out(symbolic(text, curve.decimals))
    degree = sympy.simplify(X * sympy.diff(expression, X) / expression)
    return float(degree) if degree.is_number else "unknown"
