"""Cards by name: the mapping, parameters, errors, and what stays out of the way of a quick start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import gainstage
from gainstage import functions
from gainstage.errors import GainstageError
from gainstage.functions.card import Card
from gainstage.functions.cards import names
from gainstage.functions.definition import OutsideDomain, UnknownFunction


def test_the_package_is_a_mapping() -> None:
    assert gainstage.functions is functions
    card = gainstage.functions["gelu"]
    assert isinstance(card, Card) and card.elementwise
    assert card["minimum"]["value"] == pytest.approx(-0.16997120747990369)
    assert card.properties["minimum"].proof == "certified"
    assert list(gainstage.functions) == list(names()) and len(gainstage.functions) == len(names())
    assert "gelu" in gainstage.functions and "nothing" not in gainstage.functions


@pytest.mark.parametrize(("alias", "name"), [("identity", "linear"), ("Hard-Swish", "hardswish"), ("GELU", "gelu"),
                                             ("heaviside", "binary_step"), ("sine", "sin")])  # fmt: skip
def test_functions_are_found_under_the_names_people_use(alias: str, name: str) -> None:
    assert functions.card(alias).name == name


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(KeyError, match="did you mean softplus") as caught:
        functions.card("softpluss")
    assert isinstance(caught.value, UnknownFunction) and isinstance(caught.value, GainstageError)
    assert str(caught.value).startswith("no function 'softpluss'")
    with pytest.raises(UnknownFunction, match="all names: gainstage functions"):
        functions.card("qqqqqqqq")


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("softplus", {"beta": 0}, r"beta=0 is outside its domain \(0, inf\)"),
        ("softshrink", {"lambd": -1}, r"\[0, inf\)"),
        ("elu", {"alpha": float("nan")}, r"\(-inf, inf\)"),
        ("elu", {"alpha": float("inf")}, "outside its domain"),
        ("elu", {"alpha": "1"}, "outside its domain"),
        ("elu", {"alpha": True}, "outside its domain"),
        ("elu", {"beta": 1}, "elu has no parameter 'beta'; its parameters: alpha"),
        ("relu", {"beta": 1}, "relu has no parameter 'beta'; it has none"),
        ("maxout", {"k": 2.5}, "whole numbers in"),
        ("hardtanh", {"min_val": 2.0, "max_val": 1.0}, "must ascend"),
    ],
)
def test_a_parameter_outside_its_domain_says_the_domain(name: str, parameters: dict[str, object], message: str) -> None:
    with pytest.raises(OutsideDomain, match=message) as caught:
        functions.card(name, parameters)
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, GainstageError)


def test_parameters_change_function_and_properties() -> None:
    card = functions.card("leaky_relu", {"negative_slope": 0.1})
    assert card.function is not None and card.function.value(np.array([-3.0]))[0] == pytest.approx(-0.3)
    assert card["derivative_range"]["low"] == 0.1 and card.parameters == {"negative_slope": 0.1}
    assert functions.card("swish", {"beta": 0})["monotonic"] == "increasing"  # x / 2
    assert functions.card("swish", {"beta": 0})["homogeneity"] == 1.0
    assert functions.card("eswish", {"beta": 0})["moments"]["second"] == 1.0  # x
    assert functions.card("softshrink", {"lambd": 0})["homogeneity"] == 1.0
    assert functions.card("leaky_relu", {"negative_slope": 1})["smoothness"] == float("inf")
    assert functions.card("hardtanh", {"min_val": 0.0, "max_val": 6.0})["gain"] == functions.card("relu6")["gain"]


def test_a_card_needs_neither_sympy_nor_flint_nor_torch() -> None:
    program = """
import sys, gainstage
for name in gainstage.functions:
    card = gainstage.functions[name]
assert card.properties and not {"sympy", "flint", "torch", "scipy"} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_documents_count_right() -> None:
    root = Path(__file__).parents[2]
    for page in ("README.md", "CHANGELOG.md"):
        assert f"{len(names())} activation functions" in (root / page).read_text(encoding="utf-8").replace("\n  ", " ")
