"""Every property of a card, each with its proof or without a claim."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from flint import arb, ctx

from gainstage.functions.card import UNKNOWN, Property
from gainstage.functions.definition import Definition, VectorDefinition
from gainstage.functions.exact import shape
from gainstage.functions.exact.bounds import Bounds, bounds
from gainstage.functions.exact.curve import Curve
from gainstage.functions.exact.intervals import INTERVALS, Interval, interval
from gainstage.functions.exact.levels import small_slope, zero_share
from gainstage.functions.exact.moments import expectation
from gainstage.functions.exact.numbers import number, single, told, worst
from gainstage.functions.exact.tails import asymptote, limit
from gainstage.functions.exact.vectors import prove_vector

PRECISION = 192  # bits: what remains of them after a difference over all of float32 is still finer than a double
SATURATED = "0.01"  # of the steepest slope


def prove(definition: Definition, settings: Mapping[str, float]) -> dict[str, Property]:
    """All properties of the function with these parameters, in the order of a card; takes about a second."""
    with ctx.workprec(PRECISION):
        if isinstance(definition, VectorDefinition):
            return prove_vector(definition, settings)
        curve = Curve(definition, settings)
        value, slope = bounds(curve, 0), bounds(curve, 1)
        moments = _moments(curve)
        symmetry = shape.symmetry(curve)
        return {
            "range": value.as_property(),
            "derivative_range": slope.as_property(),
            "monotonic": shape.monotonic(curve, 0),
            "derivative_monotonic": shape.monotonic(curve, 1),
            "symmetry": symmetry,
            "zero_centred": _zero_centred(symmetry, moments),
            "smoothness": shape.smoothness(curve),
            "limits": _limits(curve),
            "asymptotes": _asymptotes(curve),
            "lipschitz": _lipschitz(curve, slope),
            "saturation": _saturation(curve, slope),
            "homogeneity": shape.homogeneity(curve),
            "convexity": shape.convexity(curve),
            "minimum": value.minimum(),
            "maximum": value.maximum(),
            "moments": told(moments),
            **_gains(curve, moments),
            "zero_share": single(zero_share(curve)),
        }


def _moments(curve: Curve) -> dict[str, Interval]:
    return {
        "mean": expectation(curve, 0, 1),
        "second": expectation(curve, 0, 2),
        "derivative_mean": expectation(curve, 1, 1),
        "transmission": expectation(curve, 1, 2),
    }


def _gains(curve: Curve, moments: Mapping[str, Interval]) -> dict[str, Property]:
    """Gains that keep the power of signal and gradient, and the slope of the variance map at that fixed point.

    dq'/dq at q = 1 is E f^2 (x^2 - 1) / (2 E f^2): the density's derivative, so that f may jump (Poole et al. 2016 have
    it for smooth f). Below 1 the fixed point attracts.
    """
    second, transmission = moments["second"], moments["transmission"]
    slope = expectation(curve, 0, 2, weighted=True) / second / 2
    nearest, tolerance = number(slope)
    stability = "unknown"
    if slope.high < 1 or slope.low > 1:
        stability = "attracting" if slope.high < 1 else "repelling"
    elif curve_is_homogeneous(curve):
        stability, nearest, tolerance = "neutral", 1.0, 0.0
    return {
        "gain": single(1 / _root(second)) if second.low > 0 else Property(math.inf),
        "backward_gain": single(1 / _root(transmission)) if transmission.low > 0 else Property(math.inf),
        "variance_slope": Property(nearest, "certified", tolerance),
        "fixed_point": UNKNOWN if stability == "unknown" else Property(stability),
    }


def curve_is_homogeneous(curve: Curve) -> bool:
    """Whether f(c x) = c f(x): then the variance map is a straight line, and its slope at the fixed point exactly 1."""
    return shape.homogeneity(curve).value == 1.0


def _root(value: Interval) -> Interval:
    return INTERVALS["sqrt"](value)


def _zero_centred(symmetry: Property, moments: Mapping[str, Interval]) -> Property:
    """Odd, or of mean zero under N(0, 1); a mean that is zero to 1e-12 without symmetry is so numerically."""
    if symmetry.value == "odd":
        return Property(True)
    mean = moments["mean"]
    if mean.magnitude.low > arb("1e-12"):
        return Property(False)
    return Property(True, "numerical", number(mean.magnitude)[0] + 1e-12)


def _limits(curve: Curve) -> Property:
    ends = {
        "minus_infinity": limit(curve.pieces[0], 0, -1, curve.decimals),
        "plus_infinity": limit(curve.pieces[-1], 0, 1, curve.decimals),
    }
    if any(end.kind == "unknown" for end in ends.values()):
        return UNKNOWN
    jumps = []
    for left, right in pairwise(curve.pieces):
        before, after = left.at(0, left.box.high), right.at(0, right.box.low)
        if after.low > before.high or after.high < before.low:
            at = number(Interval(left.box.high, right.box.low))[0]
            jumps.append({"at": at, "left": number(before)[0], "right": number(after)[0]})
    value: dict[str, Any] = {
        side: {"kind": end.kind, "value": number(end.value)[0] if end.value is not None else None}
        for side, end in ends.items()
    }
    tolerance = worst(number(end.value) for end in ends.values() if end.value is not None)
    return Property({**value, "jumps": jumps}, "certified", tolerance)


def _asymptotes(curve: Curve) -> Property:
    found = {"minus_infinity": asymptote(curve, -1), "plus_infinity": asymptote(curve, 1)}
    value = {
        side: None if line is None else {"slope": number(line.slope)[0], "intercept": number(line.intercept)[0]}
        for side, line in found.items()
    }
    ends = [end for line in found.values() if line is not None for end in (line.slope, line.intercept)]
    return Property(value, "certified", worst(number(end) for end in ends))


def _lipschitz(curve: Curve, slope: Bounds) -> Property:
    """The supremum of |f'|, infinite for a function that jumps."""
    if shape.smoothness(curve).value == -1 or math.inf in (slope.above, -slope.below):
        return Property(math.inf)
    return single(slope.steepest) if slope.complete else UNKNOWN


def _saturation(curve: Curve, slope: Bounds) -> Property:
    """The intervals on which |f'| is below 1 % of its supremum."""
    far = (limit(curve.pieces[0], 1, -1, curve.decimals), limit(curve.pieces[-1], 1, 1, curve.decimals))
    if not slope.complete or math.inf in (slope.above, -slope.below) or "oscillates" in {end.kind for end in far}:
        return UNKNOWN
    if slope.steepest.high == 0:
        return Property([[-math.inf, math.inf]])
    spans = small_slope(curve, slope.steepest * interval(SATURATED))
    return UNKNOWN if spans is None else Property([list(span) for span in spans], "certified", 1e-11)
