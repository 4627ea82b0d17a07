"""Intervals enclose: whatever points are taken, the value of the point lies in the value of the interval."""

from __future__ import annotations

import pytest
from flint import acb, arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage.functions.entries import DEFINITIONS
from gainstage.functions.exact.curve import Curve
from gainstage.functions.exact.intervals import INTERVALS, Interval, interval, power
from gainstage.functions.exact.moments import complex_numbers
from gainstage.functions.exact.search import extremes, root

NUMBERS = st.one_of(st.floats(-50, 50), st.floats(width=32, allow_nan=False, allow_infinity=False))
SHARES = st.floats(0, 1)
UNARY = [name for name in INTERVALS if name not in ("number", "power", "pi")]


def spanned(first: float, second: float) -> Interval:
    return Interval(arb(min(first, second)), arb(max(first, second)))


def inside(x: Interval, share: float) -> Interval:
    at = float(x.low) + share * (float(x.high) - float(x.low))
    at = min(max(at, float(x.low)), float(x.high))
    return Interval(arb(at), arb(at))


def encloses(outer: Interval, inner: Interval) -> bool:
    return bool(outer.low <= inner.high and inner.low <= outer.high)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["+", "-", "*", "/"]), NUMBERS, NUMBERS, NUMBERS, NUMBERS, SHARES, SHARES)
def test_arithmetic(sign: str, a: float, b: float, c: float, d: float, s: float, t: float) -> None:
    x, y = spanned(a, b), spanned(c, d)
    u, v = inside(x, s), inside(y, t)
    compute = {"+": lambda p, q: p + q, "-": lambda p, q: p - q, "*": lambda p, q: p * q, "/": lambda p, q: p / q}[sign]
    assert encloses(compute(x, y), compute(u, v))


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(UNARY), NUMBERS, NUMBERS, SHARES)
def test_functions(name: str, a: float, b: float, share: float) -> None:
    x = spanned(a, b)
    whole, point = INTERVALS[name](x), INTERVALS[name](inside(x, share))
    assert whole.low <= whole.high
    assert encloses(whole, point)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([(2, 1), (3, 1), (-1, 1), (-2, 1), (1, 2), (-3, 2), (5, 2)]), NUMBERS, NUMBERS, SHARES)
def test_powers(exponent: tuple[int, int], a: float, b: float, share: float) -> None:
    x = spanned(a, b)
    assert encloses(power(x, *exponent), power(inside(x, share), *exponent))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(DEFINITIONS)), st.integers(0, 2), st.floats(-30, 30), st.floats(1e-6, 5), SHARES)
def test_enclosures_of_functions_and_their_derivatives(
    name: str, order: int, at: float, width: float, share: float
) -> None:
    with ctx.workprec(192):
        definition = DEFINITIONS[name]
        curve = Curve(definition, definition.settings({}))
        piece = next(piece for piece in curve.pieces if piece.box.low <= arb(at) <= piece.box.high)
        box = spanned(at, min(at + width, float(piece.box.high)))
        tight, loose, point = piece.enclose(order, box), piece(order, box), piece.at(order, inside(box, share))
        assert tight.low >= loose.low and tight.high <= loose.high
        assert encloses(tight, point)


def test_signs_survive() -> None:
    square = spanned(-1.0, 2.0)
    assert power(square, 2, 1).low == 0
    assert (spanned(0.0, 1.0) * spanned(0.0, 1.0)).low == 0
    assert not (1 / spanned(-1.0, 1.0)).high.is_finite()
    assert INTERVALS["sin"](spanned(-1e30, 1e30)).high == 1


def test_newton_finds_forty_digits() -> None:
    with ctx.workprec(192):
        (piece,) = Curve(DEFINITIONS["silu"], {}).pieces
        found = root(piece, 1, spanned(-1.5, -1.0))
        assert found is not None and found.width < arb("1e-40")
        assert (found - interval("-1.278464542761073795109358739022980155439")).magnitude.high < arb("1e-38")
        assert root(piece, 1, spanned(0.0, 1.0)) is None
        low = extremes(piece, 0).low
        assert (low - interval("-0.2784645427610737951093587390229801554394")).magnitude.high < arb("1e-39")


@pytest.mark.parametrize("name", sorted(set(UNARY)))
def test_complex_and_real_functions_are_the_same(name: str) -> None:
    for text in ("0.7", "1.9"):
        complex_value = complex_numbers(False)[name](acb(arb(text))).real
        assert encloses(INTERVALS[name](interval(text)), Interval(complex_value.lower(), complex_value.upper()))
