"""A changed definition changes what is proved, or is not proved at all: no property is typed in."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from flint import ctx

from gainstage import functions
from gainstage.functions import table
from gainstage.functions.card import Property
from gainstage.functions.entries import DEFINITIONS, VECTORS
from gainstage.functions.exact import search
from gainstage.functions.exact.curve import Curve
from gainstage.functions.exact.prove import prove
from gainstage.functions.exact.tails import limit


def proved(name: str, formula: str, **parameters: float) -> dict[str, Property]:
    definition = replace(DEFINITIONS[name], formula=formula)
    return prove(definition, definition.settings(parameters))


def test_every_property_follows_the_formula() -> None:
    """One formula per property for which it must come out differently than for tanh."""
    plain = {name: entry.value for name, entry in prove(DEFINITIONS["tanh"], {}).items()}
    mutants = {
        "range": "2*tanh(x)",
        "derivative_range": "2*tanh(x)",
        "monotonic": "-tanh(x)",
        "derivative_monotonic": "x",
        "symmetry": "tanh(x) + 1",
        "zero_centred": "tanh(x) + 1/1000",
        "smoothness": "tanh(x) if x <= 0 else 2*tanh(x)",
        "limits": "tanh(x) + x/1000",
        "asymptotes": "tanh(x) + x/1000",
        "lipschitz": "tanh(3*x)",
        "saturation": "tanh(2*x)",
        "homogeneity": "3*x",
        "convexity": "softplus(x)",
        "minimum": "x*tanh(x)",
        "maximum": "-x*tanh(x)",
        "moments": "11*tanh(x)/10",
        "gain": "11*tanh(x)/10",
        "backward_gain": "11*tanh(x)/10",
        "variance_slope": "tanh(2*x)",
        "fixed_point": "x**2",
        "zero_share": "0 if x <= 0 else tanh(x)",
    }
    assert set(mutants) == set(plain)
    for name, formula in mutants.items():
        assert proved("tanh", formula)[name].value != plain[name], name


def test_a_nearly_monotonic_function_is_told_from_a_monotonic_one() -> None:
    assert proved("tanh", "tanh(x)")["monotonic"].value == "increasing"
    assert proved("tanh", "tanh(x) - x/1000000")["monotonic"].value == "no"
    assert proved("silu", "x*sigmoid(x) + x/10")["monotonic"].value == "increasing"  # the steepest fall is 0.09984
    assert proved("silu", "x*sigmoid(x) + 998/10000*x")["monotonic"].value == "no"


SLOPES = [(0.5, "increasing", "convex"), (-0.5, "no", "convex"), (2.0, "increasing", "concave")]


@pytest.mark.parametrize(("slope", "monotonic", "convexity"), SLOPES)
def test_parameters_enter_the_proofs(slope: float, monotonic: str, convexity: str) -> None:
    card = functions.card("leaky_relu", {"negative_slope": slope})
    assert (card["monotonic"], card["convexity"]) == (monotonic, convexity)
    assert card["lipschitz"] == max(1.0, abs(slope))


def test_elus_derivative_is_monotonic_only_for_alpha_from_0_to_1() -> None:
    alphas = (-0.5, 0.0, 0.5, 1, 1.5)
    found = {alpha: functions.card("elu", {"alpha": alpha})["derivative_monotonic"] for alpha in alphas}
    assert found == {-0.5: "no", 0.0: "increasing", 0.5: "increasing", 1: "increasing", 1.5: "no"}


def test_a_search_without_budget_claims_nothing() -> None:
    with ctx.workprec(192):
        (piece,) = Curve(DEFINITIONS["mish"], {}).pieces
        assert not search.extremes(piece, 0, budget=3).complete
        # (3x - 1)^2 touches 0 where no box can exclude the other sign.
        (piece,) = Curve(replace(DEFINITIONS["tanh"], formula="9*x**2 - 6*x + 1"), {}).pieces
        assert search.sign(piece, 0, budget=200) == "unknown"


def test_sympys_wrong_limit_is_not_believed() -> None:
    """sympy 1.14 gives 1 for the limit of this function at minus infinity."""
    with ctx.workprec(192):
        definition = DEFINITIONS["laplace"]
        curve = Curve(definition, definition.settings({}))
        found = limit(curve.pieces[0], 0, -1, curve.decimals)
    assert found.kind == "finite" and found.value is not None and float(found.value.high) < 1e-300


def test_discontinuous_and_unbounded_functions_have_no_finite_lipschitz_constant() -> None:
    assert math.isinf(functions.card("binary_step")["lipschitz"])
    assert math.isinf(functions.card("square")["lipschitz"])
    swinging = functions.card("gcu")["range"]
    assert (swinging["low"], swinging["high"]) == (-math.inf, math.inf)


QUICK = ("relu", "sigmoid", "gelu", "hardswish", "threshold", "softmax", "maxout")


@pytest.mark.parametrize("name", QUICK)
def test_the_shipped_proofs_are_found_again(name: str) -> None:
    definition = {**DEFINITIONS, **VECTORS}[name]
    assert table.row(definition) == _through_json(table.made(definition))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*DEFINITIONS, *VECTORS} - set(QUICK)))
def test_all_shipped_proofs_are_found_again(name: str) -> None:
    definition = {**DEFINITIONS, **VECTORS}[name]
    assert table.row(definition) == _through_json(table.made(definition)), "run `make proofs`"


def _through_json(row: dict[str, object]) -> object:
    return json.loads(json.dumps(row))


def test_a_shipped_proof_counts_only_for_its_definition() -> None:
    changed = replace(DEFINITIONS["relu"], formula="0 if x <= 0 else 2*x")
    assert table.row(changed) is None and table.properties(changed) is None
    assert table.derivative_formula(changed) == "0 if x <= 0 else 2"
    assert {name for name, entry in {**DEFINITIONS, **VECTORS}.items() if table.row(entry) is None} == set()
