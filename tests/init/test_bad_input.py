"""What is refused, in words, and that the model is then as it was, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from zoo import Recurrent, chain, data, resnet, same, seeded, state

import gainstage
from gainstage import GainstageError
from gainstage import init as start

BOTH = pytest.mark.parametrize("verb", ["init_", "stage_"])


def refused(verb: str, model: Any, *given: Any, **options: Any) -> str:
    """The message with which the verb refuses; the model is unchanged."""
    before = state(model) if isinstance(model, nn.Module) and not shapeless(model) else {}
    with pytest.raises(GainstageError) as raised:
        getattr(gainstage, verb)(model, *given, generator=seeded(), **options)
    assert not before or same(model, before)
    return str(raised.value)


def shapeless(model: nn.Module) -> bool:
    return any(each.is_meta or isinstance(each, nn.parameter.UninitializedParameter) for each in model.parameters())


@BOTH
def test_no_module(verb: str) -> None:
    assert "got list, expected a torch.nn.Module" in refused(verb, [], data(4, 20))


@BOTH
def test_lazy_parameters(verb: str) -> None:
    model = nn.Sequential(nn.Linear(20, 4), nn.LazyLinear(3))
    assert "'1.weight' is lazy" in refused(verb, model, data(4, 20))


@BOTH
def test_meta_parameters(verb: str) -> None:
    message = refused(verb, nn.Linear(20, 4, device="meta"), data(4, 20))
    assert "'weight' is on the meta device" in message and "to_empty" in message


@BOTH
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite(verb: str, value: float) -> None:
    model = chain(3, nn.ReLU)
    with torch.no_grad():
        model[2].bias[3] = value
    assert "parameter '2.bias' holds NaN or infinity" in refused(verb, model, data(4, 20))


@BOTH
def test_nothing_to_initialise(verb: str) -> None:
    assert "no trainable floating-point parameter" in refused(verb, nn.Sequential(nn.ReLU()), data(4, 20))
    assert "no layer" in refused(verb, nn.Sequential(nn.BatchNorm1d(20), nn.PReLU()), data(4, 20))


@BOTH
def test_everything_frozen_or_nothing_chosen(verb: str) -> None:
    model = chain(2, nn.ReLU)
    assert "only=['head']" in refused(verb, model, data(4, 20), only="head")
    assert "frozen" in refused(verb, model.requires_grad_(False), data(4, 20))


@BOTH
@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (torch.zeros(0, 20), "(0, 20) is empty"),
        (torch.full((4, 20), float("nan")), "(4, 20) holds NaN"),
        (torch.zeros(4, 20, device="meta"), "meta device"),
    ],
)
def test_inputs_that_say_nothing(verb: str, inputs: torch.Tensor, said: str) -> None:
    assert said in refused(verb, chain(2, nn.ReLU), inputs)


def test_one_example_has_no_variance() -> None:
    assert "no variance" in refused("stage_", chain(2, nn.ReLU), data(1, 20))


@BOTH
def test_a_batch_that_does_not_fit_names_the_layer(verb: str) -> None:
    message = refused(verb, chain(2, nn.ReLU), data(4, 28, 28))
    assert "layer '0' (linear, weight (64, 20)) got an input of shape (4, 28, 28)" in message
    assert "layer '0' (conv2d, weight (8, 3, 3, 3))" in refused(verb, resnet(norm=True), data(4, 1, 8, 8))


@BOTH
def test_a_missing_argument(verb: str) -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(20, 2)

        def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return self.layer(x + y)

    assert "missing 1 required positional argument: 'y'" in refused(verb, Two(), data(4, 20))
    getattr(gainstage, verb)(Two(), (data(4, 20), data(4, 20)))
    getattr(gainstage, verb)(Two(), {"x": data(4, 20), "y": data(4, 20)})


@pytest.mark.parametrize(
    "loss",
    [lambda y: y, lambda y: 3.0, lambda y: y.detach().sum(), lambda y: (_ for _ in ()).throw(ValueError("mine"))],
)
def test_a_loss_that_is_none(loss: Callable[[torch.Tensor], Any]) -> None:
    message = refused("stage_", chain(3, nn.ReLU), data(8, 20), loss=loss)
    assert "loss(output)" in message or "mine" in message


def test_a_failure_in_the_middle_of_staging_changes_nothing() -> None:
    class Third(nn.Module):
        """Fails when it is called for the third time."""

        def __init__(self) -> None:
            super().__init__()
            self.calls = 0

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.calls += 1
            if self.calls == 2:
                raise RuntimeError("out of memory")
            return x

    model = nn.Sequential(nn.Linear(20, 8), nn.BatchNorm1d(8), nn.ReLU(), Third(), nn.Linear(8, 2))
    assert "out of memory" in refused("stage_", model, data(8, 20))


@pytest.mark.parametrize("initialise", [start.he_, start.glorot_, start.lecun_, start.orthogonal_, start.critical_])
@pytest.mark.parametrize(
    ("target", "said"),
    [
        (torch.zeros(3), "no inputs and outputs"),
        (torch.zeros(3, 3, device="meta"), "meta device"),
        (torch.zeros(3, 3, dtype=torch.int64), "floating-point"),
        (nn.ReLU(), "neither a tensor nor a layer"),
        (nn.Sequential(nn.Linear(2, 2)), "gainstage.init_(model)"),
        (nn.LazyLinear(3), "lazy"),
    ],
)
def test_single_layers(initialise: Callable[[Any], Any], target: Any, said: str) -> None:
    with pytest.raises(GainstageError) as raised:
        initialise(target)
    assert said in str(raised.value)


def test_wrong_options() -> None:
    with pytest.raises(GainstageError, match="'fan_in' or 'fan_out'"):
        start.he_(torch.zeros(3, 3), mode="fan_both")  # type: ignore[arg-type]
    with pytest.raises(GainstageError, match="'normal', 'uniform'"):
        start.he_(torch.zeros(3, 3), distribution="cauchy")  # type: ignore[arg-type]
    with pytest.raises(GainstageError, match="groups=2"):
        start.he_(torch.zeros(3, 3), groups=2)
    with pytest.raises(GainstageError, match="reluu"):
        start.he_(torch.zeros(3, 3), "reluu")
    with pytest.raises(GainstageError, match="derivative is 0"):
        start.he_(torch.zeros(3, 3), "binary_step", mode="fan_out")
    with pytest.raises(GainstageError, match="edge of chaos"):
        start.critical_(torch.zeros(3, 3), "softplus")


def test_a_recurrent_network_refuses_words_that_it_does_not_know() -> None:
    assert "layer 'words' (embedding" in refused("stage_", Recurrent(), torch.full((4, 5), 99))
