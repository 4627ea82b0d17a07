"""Questions that several claims ask of an activation, each answered as a part with its evidence."""

from __future__ import annotations

from gainstage.claims.balls import below
from gainstage.claims.claim import Part, Proof, part
from gainstage.claims.deciders import at, difference, maximum, minimum, monotony, odd
from gainstage.functions.function import Function
from gainstage.theory.gaussian import moments

ATTAINED = 1e-12  # a bound that double precision reaches is compared up to this


def is_monotonic(function: Function, *, order: int = 0, label: str = "") -> Part:
    """Whether the function (``order`` 1: its derivative) is monotonic; a counterexample is certified where possible."""
    curve = function.derivative if order else function.value
    name = label or (f"the derivative of {function.name}" if order else function.name)
    symbol = "f′" if order else "f"
    found = monotony(curve)
    if found.monotonic:
        return part(f"{name} is monotonic", True, f"{name} is {found.kind} on every pair of points", kind=found.kind)
    assert found.rise and found.fall
    (a, b), (c, d) = found.rise, found.fall
    certain = below(function, a, b, order) and below(function, d, c, order)
    proof: Proof = "certified" if certain else "numerical"
    text = (
        f"{symbol}({a:.4g}) = {at(curve, a):.4g} < {symbol}({b:.4g}) = {at(curve, b):.4g}, "
        f"but {symbol}({c:.4g}) = {at(curve, c):.4g} > {symbol}({d:.4g}) = {at(curve, d):.4g}"
    )
    pairs = {"rises": [[x, at(curve, x)] for x in (a, b)], "falls": [[x, at(curve, x)] for x in (c, d)]}
    return part(f"{name} is monotonic", False, text, proof, **pairs)


def stays_within(function: Function, low: float, high: float, asked: str, *, order: int = 0) -> Part:
    """Whether the values (``order`` 1: the slopes) lie in [low, high] and come as near to both ends as one likes.

    Whether an end itself is taken cannot be told in double precision, where a sigmoid reaches 1.
    """
    curve = function.derivative if order else function.value
    top, bottom = maximum(curve), minimum(curve)
    inside = bottom.value >= low - ATTAINED and top.value <= high + ATTAINED
    fills = bottom.value <= low + 1e-6 and (top.value >= high - 1e-6 or top.value > 1e30)
    text = f"infimum {bottom.value:.6g} (towards {bottom.where:.4g}), supremum {top.value:.6g} (at {top.where:.4g})"
    return part(asked, inside and fills, text, infimum=bottom.value, supremum=top.value, at=[bottom.where, top.where])


def is_zero_centred(function: Function) -> Part:
    """Whether f is odd, or at least has mean 0 for every symmetric input that is tried."""
    means = {std: moments(function, 0.0, std).mean for std in (0.5, 1.0, 2.0)}
    centred = odd(function.value) or all(abs(mean) < 1e-9 for mean in means.values())
    apart = difference(lambda x: -function.value(-x), function.value).where
    text = f"E f(z) = {means[1.0]:.4g} for z ~ N(0, 1)"
    if centred:
        text += ", and f(−x) = −f(x)"
    else:
        there, mirrored = at(function.value, apart), at(function.value, -apart)
        text += f"; f({-apart:.4g}) = {mirrored:.4g} is not −f({apart:.4g}) = {-there:.4g}"
    numbers = {"mean": means[1.0], "means_by_std": {str(std): mean for std, mean in means.items()}}
    return part(f"{function.name} is zero-centred", centred, text, **numbers)


def equals(asked: str, one: Function, other: Function, *, order: int = 0) -> Part:
    """Whether two functions (``order`` 1: their derivatives) are equal on the line up to rounding."""
    first, second = (f.derivative if order else f.value for f in (one, other))
    worst = difference(first, second)
    text = f"largest difference {worst.value:.2g} of 1 + |f|"
    if worst.value >= ATTAINED:
        text = f"at x = {worst.where:.4g}: {at(first, worst.where):.6g} against {at(second, worst.where):.6g}"
    return part(asked, worst.value < ATTAINED, text, difference=worst.value, at=worst.where)
