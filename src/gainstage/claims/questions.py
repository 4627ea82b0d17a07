"""Questions that several claims ask of an activation, each answered as a part with its evidence.

The catalogue's proofs decide where there are any; the grid adds places and numbers, and decides alone elsewhere.
"""

from __future__ import annotations

import math
from typing import Any

from gainstage.claims.claim import Part, Proof, part
from gainstage.claims.deciders import (
    INNER,
    LEGIBLE,
    UNBOUNDED,
    at,
    difference,
    evaluate,
    maximum,
    minimum,
    monotony,
    odd,
)
from gainstage.functions import card, known
from gainstage.functions.function import Formula, Function
from gainstage.theory.gaussian import moments

ATTAINED = 1e-9  # a supremum found on the grid counts as the one claimed up to this


def proved(function: Function, name: str) -> Any:
    """The property ``name`` on the function's card where it is certified, else None."""
    if not known(function.name):
        return None
    found = card(function.name, dict(function.parameters)).properties[name]
    return found.value if found.proof == "certified" else None


def is_monotonic(function: Function, *, order: int = 0) -> Part:
    """Whether the function (``order`` 1: its derivative) is monotonic; if not, a rise and a fall."""
    curve, symbol = (function.derivative, "f′") if order else (function.value, "f")
    name = f"the derivative of {function.name}" if order else function.name
    asked = f"{name} is monotonic"
    certified = proved(function, "derivative_monotonic" if order else "monotonic")
    proof: Proof = "certified" if certified else "numerical"
    found = monotony(curve)
    if certified != "no" if certified else found.monotonic:
        kind = certified or found.kind
        return part(asked, True, f"{name} is {kind}", proof, kind=kind)
    if not found.rise or not found.fall:
        return part(asked, False, f"{name} turns, between the points of the grid", proof)
    (a, b), (c, d) = found.rise, found.fall
    text = (
        f"{symbol}({a:.4g}) = {at(curve, a):.4g} < {symbol}({b:.4g}) = {at(curve, b):.4g}, "
        f"but {symbol}({c:.4g}) = {at(curve, c):.4g} > {symbol}({d:.4g}) = {at(curve, d):.4g}"
    )
    rises, falls = ([[x, at(curve, x)] for x in pair] for pair in (found.rise, found.fall))
    return part(asked, False, text, proof, rises=rises, falls=falls)


def fills(function: Function, wanted: str, asked: str, *, order: int = 0) -> Part:
    """Whether the values (``order`` 1: the slopes) fill exactly the interval ``wanted``, as in ``"(0, 0.25]"``."""
    curve = function.derivative if order else function.value
    found = proved(function, "derivative_range" if order else "range")
    proof: Proof = "certified" if found else "numerical"
    found = found or _range(curve)
    low, high = (float(end) for end in wanted[1:-1].split(","))
    ends = _near(found["low"], low) and _near(found["high"], high)
    taken = (found["low_attained"], found["high_attained"]) == (wanted[0] == "[", wanted[-1] == "]")
    left, right = "[" if found["low_attained"] else "(", "]" if found["high_attained"] else ")"
    where = {"low": minimum(curve).where, "high": maximum(curve).where}
    text = f"it fills {left}{found['low']:.6g}, {found['high']:.6g}{right}"
    if found["high_attained"]:
        text += f", the upper end at x = {where['high']:.4g}"
    return part(asked, ends and taken, text, proof, **found, at=where)


def _range(curve: Formula) -> dict[str, Any]:
    """Infimum and supremum on the grid, and whether they are taken where sigmoids are still told from their limits."""
    low, high = minimum(curve).value, maximum(curve).value
    low, high = (math.copysign(math.inf, end) if abs(end) > UNBOUNDED else end for end in (low, high))
    inner = evaluate(curve, INNER)
    return {
        "low": low,
        "high": high,
        "low_attained": bool((inner == low).any()),
        "high_attained": bool((inner == high).any()),
    }


def _near(found: float, wanted: float) -> bool:
    return found == wanted or abs(found - wanted) < ATTAINED


def is_zero_centred(function: Function) -> Part:
    """Whether f is odd, or at least has mean 0 for symmetric inputs."""
    means = {str(std): moments(function, 0.0, std).mean for std in (0.5, 1.0, 2.0)}
    certified = proved(function, "zero_centred")
    proof: Proof = "numerical" if certified is None else "certified"
    centred = (odd(function.value) or max(map(abs, means.values())) < 1e-9) if certified is None else certified
    apart = difference(lambda x: -function.value(-x), function.value, LEGIBLE).where
    there, mirrored = at(function.value, apart), at(function.value, -apart)
    told = "and f(−x) = −f(x)" if centred else f"f({apart:.4g}) = {there:.4g}, f({-apart:.4g}) = {mirrored:.4g}"
    text = f"E f(z) = {means['1.0']:.4g} for z ~ N(0, 1), {told}"
    return part(f"{function.name} is zero-centred", centred, text, proof, mean=means["1.0"], means_by_std=means)
