"""Properties of functions of a whole vector, each reduced to what symbols or one variable can prove.

Where a statement holds for any number of entries, its proof is written for three general ones or for one against the
sum of all others, and does not depend on how many these are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy
from flint import arb

from gainstage.functions.card import UNKNOWN, Property
from gainstage.functions.definition import Definition, VectorDefinition
from gainstage.functions.entries import DEFINITIONS
from gainstage.functions.exact import shape
from gainstage.functions.exact.bounds import bounds
from gainstage.functions.exact.curve import Curve
from gainstage.functions.exact.intervals import INTERVALS
from gainstage.functions.exact.moments import expectation
from gainstage.functions.exact.numbers import single, told

Properties = dict[str, Property]
ENTRIES = sympy.symbols("x_1:4", real=True)
SHIFT = sympy.Symbol("c", real=True)


def prove_vector(definition: VectorDefinition, settings: Mapping[str, float]) -> Properties:
    """The properties that make sense for this function of a vector."""
    if definition.gate:
        return _gated(definition.gate)
    proofs: dict[str, Callable[[Mapping[str, float]], Properties]] = {
        "softmax": lambda _: _normalised(1, definition.line),
        "softmin": lambda _: _normalised(-1, definition.line),
        "log_softmax": lambda _: _logarithm(definition.line),
        "sparsemax": lambda _: _projection(definition.line),
        "maxout": _maxout,
    }
    return proofs[definition.name](settings)


def _curve(formula: str) -> Curve:
    return Curve(Definition("", "", formula, "", ""), {})


def _exponentials(factor: int) -> tuple[list[Any], Any]:
    powers = [sympy.exp(factor * entry) for entry in ENTRIES]
    return powers, sum(powers, sympy.Integer(0))


def _shifted(expression: Any) -> Any:
    return expression.subs({entry: entry + SHIFT for entry in ENTRIES}, simultaneous=True)


def _total(entries: list[Any]) -> Any:
    return sum(entries, sympy.Integer(0))


def _equal(left: object, right: object, value: object) -> Property:
    """``value`` where sympy proves the two expressions equal."""
    return Property(value) if sympy.simplify(left - right) == 0 else UNKNOWN  # type: ignore[operator]


def _lines(own: str) -> Properties:
    """What a line shows, along which one entry moves while the other rests; moving the other mirrors it.

    So a function of the entries' differences that rises along the one falls along the other and is not monotonic; one
    that bends both ways along a line is neither convex nor concave.
    """
    curve, found = _curve(own), {"monotonic": UNKNOWN, "convexity": UNKNOWN}
    if shape.monotonic(curve, 0).value in ("increasing", "decreasing"):
        found["monotonic"] = Property("no")
    if shape.convexity(curve).value == "neither":
        found["convexity"] = Property("neither")
    return found


def _normalised(factor: int, line: str) -> Properties:
    """Softmax and softmin: an entry is sigmoid(x_i - log sum of the others' exponentials), which takes all values."""
    powers, total = _exponentials(factor)
    shares = [power / total for power in powers]
    # Row i of the Jacobian has p_i (1 - p_i) on the diagonal and sums to 0: Gershgorin's discs reach 2 p (1 - p),
    # and two equal entries attain that.
    steepest = bounds(_curve("2*sigmoid(x)*sigmoid(-x)"), 0)
    return {
        "range": bounds(_curve(line), 0).as_property(),
        "sum": _equal(_total(shares), 1, 1.0),
        "shift_invariant": _equal(_shifted(shares[0]), shares[0], True),
        "jacobian_norm": single(steepest.high[0]) if steepest.complete else UNKNOWN,
        **_lines(line),
    }


def _logarithm(line: str) -> Properties:
    """Log-softmax: an entry is -softplus(log sum of the others' exponentials - x_i)."""
    _, total = _exponentials(1)
    entry = ENTRIES[0] - sympy.log(total)
    # The others' log-sum-exp is convex and softplus convex and rising, so their composition is convex.
    softplus = _curve("softplus(x)")
    concave = (shape.convexity(softplus).value, shape.monotonic(softplus, 0).value) == ("convex", "increasing")
    return {
        "range": bounds(_curve(line), 0).as_property(),
        "shift_invariant": _equal(_shifted(entry), entry, True),
        "monotonic": _lines(line)["monotonic"],
        "convexity": Property("concave") if concave else UNKNOWN,
    }


def _projection(line: str) -> Properties:
    """Sparsemax: x_i - t on the s entries that stay positive, t such that they sum to 1; there a projection."""
    levels = [(_total(list(ENTRIES[:size])) - 1) / size for size in (1, 2, 3)]
    sums = [size * -level + _total(list(ENTRIES[:size])) for size, level in enumerate(levels, 1)]
    outputs = [ENTRIES[0] - level for level in levels]
    summed = all(sympy.simplify(found - 1) == 0 for found in sums)
    invariant = all(sympy.simplify(_shifted(found) - found) == 0 for found in outputs)
    norms = {_norm([entry - levels[size - 1] for entry in ENTRIES[:size]]) for size in (2, 3)}
    return {
        "range": bounds(_curve(line), 0).as_property(),
        "sum": Property(1.0) if summed else UNKNOWN,
        "shift_invariant": Property(True) if invariant else UNKNOWN,
        "jacobian_norm": Property(float(norms.pop())) if len(norms) == 1 else UNKNOWN,
        **_lines(line),
    }


def _norm(outputs: list[Any]) -> Any:
    """The spectral norm of the constant, symmetric Jacobian of outputs that are linear in the entries."""
    jacobian = sympy.Matrix(outputs).jacobian(ENTRIES[: len(outputs)])
    return max(abs(root) for root in jacobian.eigenvals())


def _maxout(settings: Mapping[str, float]) -> Properties:
    """The largest of k pieces is one of them plus a ReLU of the difference to the next, and so on.

    Of k independent N(0, 1) it has the density k normal_pdf normal_cdf^(k - 1).
    """
    k = settings["k"]
    density = f"{k}*normal_cdf(x)**{k - 1}"
    mean, second = (expectation(_curve(f"x**{power}*{density}"), 0, 1) for power in (1, 2))
    relu = Curve(DEFINITIONS["relu"], {})
    slopes = [piece.at(1, piece.box.low) for piece in relu.pieces]
    lengths = [(1 - slope) * (1 - slope) + slope * slope for slope in slopes]  # of the gradient towards both pieces
    norm = INTERVALS["sqrt"](lengths[0].join(lengths[1]))
    return {
        "range": bounds(_curve("x"), 0).as_property(),
        "monotonic": shape.monotonic(relu, 0),
        "convexity": shape.convexity(relu),
        "homogeneity": shape.homogeneity(relu),
        "jacobian_norm": single(norm),
        "moments": told({"mean": mean, "second": second}),
        "gain": single(1 / INTERVALS["sqrt"](second)),
    }


def _gated(gate: str) -> Properties:
    """a g(b) for independent a, b of N(0, 1): odd in a, of the power of the gate."""
    curve, linear = Curve(DEFINITIONS[gate], {}), _curve("x")
    degrees = [shape.homogeneity(curve).value, shape.homogeneity(linear).value]
    mean = expectation(linear, 0, 1) * expectation(curve, 0, 1)
    second = expectation(linear, 0, 2) * expectation(curve, 0, 2)
    at_one = curve.pieces[-1].at(0, arb(1)), curve.pieces[-1].at(1, arb(1))
    # With b = 1 the output is a multiple of a, and so is the slope towards b: both take all values that a takes.
    whole = bounds(linear, 0).as_property()
    return {
        "range": whole if at_one[0].low > 0 else UNKNOWN,
        "zero_centred": Property(True) if shape.symmetry(linear).value == "odd" else UNKNOWN,
        "jacobian_norm": Property(whole.value["high"]) if at_one[1].low > 0 else UNKNOWN,
        "homogeneity": Property(None if None in degrees else sum(degrees)),
        "moments": told({"mean": mean, "second": second}),
        "gain": single(1 / INTERVALS["sqrt"](second)),
    }
