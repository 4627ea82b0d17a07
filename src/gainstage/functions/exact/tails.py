"""What a piece does far out: its limit, and the straight line that it approaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import sympy
from flint import arb, ctx

from gainstage.functions.exact.curve import DIGITS, LARGEST, Curve, Piece
from gainstage.functions.exact.intervals import Interval
from gainstage.functions.exact.symbols import X, spelled_out, symbolic

FAR = arb(2) ** 64
TIGHT = arb(2) ** -50


@dataclass(frozen=True, slots=True)
class Limit:
    """``value`` encloses a finite limit; otherwise it is None and ``kind`` says what happens instead."""

    kind: Literal["finite", "+infinity", "-infinity", "oscillates", "unknown"]
    value: Interval | None = None


def limit(piece: Piece, order: int, side: int, decimals: dict[str, str]) -> Limit:
    """The limit of the derivative of ``order`` at the far end on ``side``.

    Finite when interval arithmetic shows that beyond 2^64 the values of all of float32 lie within a hair; infinite when
    sympy's limit says so and they grow steadily there. sympy alone is not trusted: it gives wrong limits for some.
    """
    near, far = side * FAR, side * LARGEST
    box = Interval(near, far) if side > 0 else Interval(far, near)
    with ctx.workprec(DIGITS):
        end = Interval(far, far)
        values = piece.enclose(order, box).meet(piece.at(order, end) + piece(order + 1, box) * (box - end))
    if values.width < TIGHT * (1 + values.magnitude.high):
        return Limit("finite", values)
    claimed = sympy.limit(spelled_out(symbolic(piece.formula(order), decimals)), X, side * sympy.oo)
    slope = piece.enclose(order + 1, box)
    steady = slope.low >= 0 or slope.high <= 0
    grown = piece.at(order, far) - piece.at(order, near)
    if claimed == sympy.oo and steady and grown.low > 0:
        return Limit("+infinity")
    if claimed == -sympy.oo and steady and grown.high < 0:
        return Limit("-infinity")
    return Limit("oscillates" if claimed.has(sympy.AccumBounds) else "unknown")


def unbounded(piece: Piece, order: int, side: int, decimals: dict[str, str]) -> bool:
    """Whether the function swings ever wider on ``side``, to both infinities."""
    found = sympy.limit(spelled_out(symbolic(piece.formula(order), decimals)), X, side * sympy.oo)
    return bool(found.has(sympy.oo) and found.has(sympy.AccumBounds))


@dataclass(frozen=True, slots=True)
class Asymptote:
    """``slope * x + intercept``, both enclosed over the whole tail."""

    slope: Interval
    intercept: Interval


def asymptote(curve: Curve, side: int) -> Asymptote | None:
    """The straight line that the function approaches on ``side``; None when it approaches none that can be named."""
    piece = curve.pieces[0 if side < 0 else -1]
    slope = limit(piece, 1, side, curve.decimals)
    if slope.value is None:
        return None
    for name in _names(piece, slope.value, side, curve.decimals):
        rest = Piece(f"({piece.expression}) - ({name})*x", piece.box, piece.values)
        tail = limit(rest, 0, side, curve.decimals)
        if tail.value is not None:
            return Asymptote(slope.value, tail.value)
    return None


def _names(piece: Piece, value: Interval, side: int, decimals: dict[str, str]) -> Iterator[str]:
    """Exact expressions that the slope's limit may have: itself where constant, a simple fraction, sympy's limit."""
    if piece.constant(1):
        yield piece.formula(1)
        return
    fraction = Fraction(float(value.middle)).limit_denominator(1000)
    if abs(value.middle - arb(fraction.numerator) / fraction.denominator) < TIGHT:
        yield str(fraction)
    else:
        yield str(sympy.limit(spelled_out(symbolic(piece.formula(1), decimals)), X, side * sympy.oo))
