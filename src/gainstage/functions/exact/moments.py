"""Gaussian moments with a proved error: Arb's complex integration on each piece, and a bound on both tails."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from flint import acb, arb

from gainstage.functions.exact.curve import LARGEST, Curve, Piece
from gainstage.functions.exact.intervals import INTERVALS, Interval
from gainstage.functions.language import evaluate

DIGITS = 27  # of the integral, unless more are asked for


def expectation(curve: Curve, order: int, exponent: int, weighted: bool = False, digits: int = DIGITS) -> Interval:
    """E f^(order)(x)^exponent for x ~ N(0, 1), times x^2 - 1 if ``weighted``; over the range of float32.

    Arb's working precision has to hold the ``digits`` that are asked for.
    """
    total = Interval(arb(0), arb(0))
    for piece in curve.pieces:
        if piece.formula(order) != "0":
            total = total + _inside(piece, order, exponent, weighted, digits)
            total = total + _tails(piece, order, exponent, _reach(digits))
    return total


def _reach(digits: int) -> int:
    """Standard deviations that are integrated; what is left weighs less than 10^-(2 digits)."""
    return math.ceil(math.sqrt(4 * math.log(10) * digits))


def _inside(piece: Piece, order: int, exponent: int, weighted: bool, digits: int) -> Interval:
    reach, tolerance = _reach(digits), arb(10) ** -digits
    low, high = max(piece.box.low, arb(-reach)), min(piece.box.high, arb(reach))
    if not low < high:
        return Interval(arb(0), arb(0))
    formula, values = piece.formula(order), {name: acb(v.low.union(v.high)) for name, v in piece.values.items()}
    algebras = {flag: complex_numbers(flag) for flag in (False, True)}
    root = (2 * arb.pi()).sqrt()

    def integrand(x: acb, analytic: bool) -> acb:
        value = acb(evaluate(formula, algebras[bool(analytic)], {**values, "x": x}))
        value = value * value if exponent == 2 else value
        weight = x * x - 1 if weighted else 1
        return value * weight * (-x * x / 2).exp() / root

    found = acb.integral(integrand, low, high, rel_tol=tolerance, abs_tol=tolerance).real
    return Interval(found.lower(), found.upper())


def _tails(piece: Piece, order: int, exponent: int, reach: int) -> Interval:
    """Enclosure of what lies beyond the reach: largest value times largest density times width, box by box.

    The weight x^2 - 1 is at most x^2, and is counted always: the tails are tiny either way.
    """
    total = arb(0)
    for near, far in _steps(reach):
        for box in (Interval(near, far), Interval(-far, -near)):
            inside = Interval(max(box.low, piece.box.low), min(box.high, piece.box.high))
            if inside.low < inside.high:
                largest = piece(order, inside).magnitude.high ** exponent * far * far
                total += largest * INTERVALS["normal_pdf"](Interval(near, near)).high * (far - near)
    bound = total.upper()
    return Interval(-bound, bound)


def _steps(reach: int) -> list[tuple[arb, arb]]:
    ends = [arb(reach + k) for k in range(17)] + [arb(2) ** k for k in range(6, 128) if 2**k > reach + 16] + [LARGEST]
    return list(pairwise(ends))


def complex_numbers(analytic: bool) -> dict[str, Any]:
    """The language of formulas on complex balls; ``analytic`` asks for no value across a branch cut."""

    def log(u: acb) -> acb:
        return u.log(analytic=analytic)

    def sqrt(u: acb) -> acb:
        return u.sqrt(analytic=analytic)

    def power(base: acb, above: int, below: int) -> acb:
        return base**above if below == 1 else sqrt(base) ** above

    def atan(u: acb) -> acb:
        turned = u * acb(0, 1)
        return (log(1 - turned) - log(1 + turned)) * acb(0, 1) / 2

    unary: dict[str, Callable[[acb], acb]] = {
        "exp": acb.exp,
        "expm1": acb.expm1,
        "log": log,
        "log1p": lambda u: log(1 + u),
        "sqrt": sqrt,
        "sin": acb.sin,
        "cos": acb.cos,
        "tanh": acb.tanh,
        "sech": acb.sech,
        "atan": atan,
        "asinh": lambda u: log(u + sqrt(u * u + 1)),
        "erf": acb.erf,
        "sigmoid": lambda u: 1 / (1 + (-u).exp()),
        "softplus": lambda u: log(1 + u.exp()),
        "normal_cdf": lambda u: (-u / arb(2).sqrt()).erfc() / 2,
        "normal_pdf": lambda u: (-u * u / 2).exp() / (2 * arb.pi()).sqrt(),
    }
    return {"number": lambda text: acb(arb(text)), "power": power, "pi": acb(arb.pi()), **unary}
