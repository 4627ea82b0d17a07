"""One's own callables: what is derived from calling them, and which check a bad one fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import gainstage
from gainstage import functions
from gainstage.errors import GainstageError
from gainstage.functions.custom import UnfitCallable

KNOWN: dict[str, Callable[[Any], Any]] = {
    "relu": lambda x: np.maximum(x, 0.0),
    "tanh": np.tanh,
    "gelu": torch.nn.GELU(),
    "silu": torch.nn.functional.silu,
    "elu": torch.nn.ELU(),
    "softshrink": torch.nn.Softshrink(),
    "sigmoid": lambda x: x.sigmoid(),
    "absolute": abs,
    "square": lambda x: x * x,
    "sin": torch.sin,
    "binary_step": lambda x: np.where(x < 0, 0.0, 1.0),
    "prelu": torch.nn.PReLU(),
}


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_measured_is_what_is_certified(name: str) -> None:
    measured, proved = gainstage.function(KNOWN[name], name), functions.card(name)
    assert all(entry.proof in ("numerical", "unknown") for entry in measured.properties.values())
    assert set(measured.properties) == set(proved.properties)
    for key in ("monotonic", "symmetry", "zero_centred"):
        assert measured[key] == proved[key], key
    for key in ("range", "derivative_range"):
        for end in ("low", "high"):
            tolerance = measured.properties[key].tolerance
            assert measured[key][end] == pytest.approx(proved[key][end], abs=max(tolerance, 1e-2)), (key, end)
    for key, value in measured["moments"].items():
        assert value == pytest.approx(proved["moments"][key], abs=measured.properties["moments"].tolerance + 1e-9), key
    for key in ("gain", "variance_slope", "zero_share"):
        assert measured[key] == pytest.approx(proved[key], abs=measured.properties[key].tolerance + 1e-9), key
    assert measured["fixed_point"] == proved["fixed_point"]


def test_torch_gives_the_derivative_and_a_module_keeps_its_state() -> None:
    module = torch.nn.PReLU(init=0.3)
    card = gainstage.function(module)
    assert card.name == "PReLU" and card.function is not None
    np.testing.assert_allclose(card.function.derivative(np.array([-2.0, 2.0])), [0.3, 1.0], rtol=1e-6)
    assert module.weight.grad is None and module.training


def test_a_function_that_works_in_place_is_examined_on_copies() -> None:
    assert gainstage.function(lambda x: x.relu_(), "in_place")["monotonic"] == "increasing"
    assert gainstage.function(lambda x: np.tanh(x, out=x), "out")["symmetry"] == "odd"


UNFIT: dict[str, tuple[Any, str]] = {
    "callable": (3, "cannot be called"),
    "runs": (lambda x: 1 / 0, "ZeroDivisionError"),
    "result": (lambda x: "text", "it gave str"),
    "shape": (lambda x: x.sum(), r"shape \(\) for shape \(7,\)"),
    "dtype": (lambda x: x > 0, "bool"),
    "finite": (lambda x: np.log(x), "not finite at x = -10"),
    "deterministic": (lambda x: x + np.random.default_rng().normal(size=x.shape), "two calls"),
}


@pytest.mark.parametrize("check", UNFIT)
def test_an_error_says_which_check_failed(check: str) -> None:
    candidate, reason = UNFIT[check]
    with pytest.raises(UnfitCallable, match=rf"check '{check}' failed: .*{reason}") as caught:
        gainstage.function(candidate, "mine")
    assert isinstance(caught.value, GainstageError) and isinstance(caught.value, ValueError)
    assert "expected an elementwise function" in str(caught.value)


NOT_ELEMENTWISE = [
    np.sort,
    lambda x: x - x.mean(),
    lambda x: np.cumsum(x.ravel()).reshape(x.shape),
    torch.nn.Softmax(-1),
]


@pytest.mark.parametrize("candidate", NOT_ELEMENTWISE)
def test_what_mixes_its_inputs_is_not_elementwise(candidate: Callable[[Any], Any]) -> None:
    with pytest.raises(UnfitCallable, match="check 'elementwise' failed"):
        gainstage.function(candidate)
