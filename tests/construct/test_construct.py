"""From a function and a tolerance to a network: every unit that can, every refusal with its reason."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from gainstage.construct.build import construct
from gainstage.construct.errors import CannotApproximate
from gainstage.construct.rates import rates
from gainstage.construct.request import box
from gainstage.construct.unit import degree, unit
from gainstage.functions import names

WAVE = "sin(3*x)*exp(-x/2)"
POLYNOMIALS = {"linear", "square"}
REFUSED = POLYNOMIALS | {"hardshrink"}
HARD = {"exp"}  # sums of exponentials come close only with weights that cancel
DOUBLE = {"softshrink", "tanhshrink", "sin", "cos", "siren", "gcu", "snake", "asinh", "symlog", "gaussian"}


@pytest.mark.parametrize("kind", [name for name in names() if name not in REFUSED | HARD])
def test_every_unit_that_is_no_polynomial_meets_a_tolerance(kind: str) -> None:
    report = construct("x**2", (-1, 1), 0.1, kind, dtype="float64" if kind in DOUBLE else "float32").report
    assert report.measured_error <= report.bound <= 0.1
    assert report.proof == "certified"


def test_exactly_the_polynomials_are_polynomials() -> None:
    assert {name for name in names() if degree(unit(name)) is not None} == POLYNOMIALS
    assert degree(unit("leaky_relu", {"negative_slope": 1.0})) == 1


def test_a_linear_unit_is_refused_with_the_best_that_a_line_can_do() -> None:
    """Of x² on [-1, 1] that is 1/2, as Chebyshev's polynomial shows."""
    with pytest.raises(CannotApproximate, match=r"theorem does not hold.*straight line has for x\^2 is 0\.5;"):
        construct("x^2", (-1, 1), 0.01, "linear")
    with pytest.raises(CannotApproximate, match="within your tolerance"):
        construct("2*x + 1", (-1, 1), 0.01, "linear")


def test_placed_towers_are_fewer_than_equal_ones() -> None:
    report = construct(WAVE, (0, 6), 0.01).report
    assert report.equal_width is not None and report.pieces * 4 < report.equal_width
    assert report.units == (report.pieces - 1,)
    assert report.construction == "towers" and report.dtype == "float32"


def test_a_polyline_takes_fewer_units_than_towers() -> None:
    relu = construct(WAVE, (0, 6), 0.01, "relu").report
    assert relu.construction == "polyline" and relu.units[0] < 25


@pytest.mark.parametrize("kind", ["sigmoid", "relu"])
def test_sympy_expressions_are_formulas_too(kind: str) -> None:
    x = sympy.Symbol("x")
    assert construct(sympy.cos(x) / 2, (0, 3), 0.05, kind).report.proof == "certified"


def test_a_callable_is_sampled_unless_its_modulus_is_known() -> None:
    assert construct(np.sin, (0, 3), 0.05).report.proof == "sampled"
    report = construct(np.sin, (0, 3), 0.05, modulus=1.0).report
    assert report.proof == "modulus" and report.bound <= 0.05
    assert construct(lambda x: x if x < 1 else 1.0, (0, 2), 0.05, modulus=lambda d: d).report.proof == "modulus"


def test_data_are_met_at_their_points() -> None:
    x = np.array([0.0, 3.0, 1.0, 2.0])
    y = np.array([1.0, 0.0, -1.0, 2.0])
    built = construct((x, y), None, 0.01, "relu")
    assert built.report.proof == "sampled" and built.report.points == 4
    assert built.box == ((0.0, 3.0),)
    assert built.network(x[:, None]) == pytest.approx(y, abs=0.01)


@pytest.mark.parametrize(
    ("function", "interval", "settings", "says"),
    [
        ("sign(x - 0.3)", (0, 1), {"tolerance": 0.1}, r"jumps by 1 at x = 0\.3.*at least 0\.5"),
        (lambda x: np.where(x < 0.7, 0.0, 3.0), (0, 1), {}, "jumps by 3"),
        ("1/x", (-1, 1), {}, "finite and continuous"),
        ("tan(x)", (0, 3), {}, "jumps by"),
        ("x", (0, float("inf")), {}, "unbounded.*compact"),
        ("x", (1, 0), {}, "empty"),
        ("x", (0, 1, 2), {}, "two ends"),
        ("x", "nonsense", {}, "no number"),
        ("x", None, {}, "no interval"),
        ("x", (0, 1), {"tolerance": 1e-9}, "below the resolution of float32.*float64"),
        ("sin(3*x)", (0, 9), {"tolerance": 5e-4}, "out of reach in float32.*float64"),
        ("x", (0, 1), {"tolerance": 0}, "above 0"),
        ("x", (0, 1), {"tolerance": float("nan")}, "above 0"),
        ("x", (0, 1), {"dtype": "float16"}, "float32, float64"),
        ("x*y", (0, 1), {}, "2 variables"),
        ("x^2", (-1, 1), {"unit": "hardshrink"}, "jumps and has the same slope"),
        ("x^2", (-1, 1), {"unit": "softmax"}, "no elementwise function"),
        ("x^2", (-1, 1), {"unit": "sigmod"}, "did you mean sigmoid"),
        (((1, 1, 2), (0, 5, 0)), None, {}, "two values at x = 1"),
        (((1, 2), (0, float("nan"))), None, {}, "nan or infinity"),
        (((1, 2, 3), (0, 1)), None, {}, "as many y as x"),
        (3.5, (0, 1), {}, "a formula, a callable or a pair"),
        ("sin(x)", (0, 6), {"modulus": -1.0}, "Lipschitz"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_reason(
    function: object, interval: object, settings: dict[str, object], says: str
) -> None:
    with pytest.raises(Exception, match=f"(?s){says}") as caught:
        construct(function, interval, **settings)  # type: ignore[arg-type]
    assert type(caught.value).__name__ in ("CannotApproximate", "UnknownFunction", "OutsideDomain")


def test_a_jump_smaller_than_the_tolerance_is_no_obstacle() -> None:
    assert construct(lambda x: x + 0.05 * (x > 0.5), (0, 1), 0.1).report.measured_error <= 0.1


def test_intervals_may_be_formulas() -> None:
    assert box(("0", "2*pi")) == ((0.0, pytest.approx(2 * np.pi)),)
    assert box([(0, 1), ("-1", "1")]) == ((0.0, 1.0), (-1.0, 1.0))


@pytest.mark.parametrize(("kind", "theory"), [("sigmoid", -1.0), ("relu", -2.0)])
def test_errors_fall_as_theory_says(kind: str, theory: float) -> None:
    equal, placed = rates(construct(WAVE, (0, 6), 0.1, kind))
    for rate in (equal, placed):
        assert rate.theory == theory
        assert rate.exponent == pytest.approx(theory, abs=0.12)
    assert np.interp(100, placed.pieces, placed.errors) < np.interp(100, equal.pieces, equal.errors) / 2


def test_placement_keeps_the_rate_where_equal_widths_lose_it() -> None:
    """The slope of sqrt(x) is infinite at 0: equal towers have an error of n^(-1/2), as sqrt(1/n)/2 shows."""
    equal, placed = rates(construct("sqrt(x)", (0, 1), 0.05))
    assert equal.exponent == pytest.approx(-0.5, abs=0.03)
    assert placed.exponent == pytest.approx(-1.0, abs=0.05)
