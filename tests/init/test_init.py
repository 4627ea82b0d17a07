"""What ``init_`` reads in a network, what it gives each layer, what it leaves alone."""

from __future__ import annotations

import dataclasses

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrizations
from zoo import ZOO, Language, Recurrent, Shared, chain, data, ids, resnet, same, seeded, state

import gainstage
from gainstage.init import Table
from gainstage.init.tracing import in_order


def given(model: nn.Module, inputs: object = None, **options: object) -> Table:
    return gainstage.init_(model, inputs, generator=seeded(), **options)  # type: ignore[arg-type]


class Twin(nn.Module):
    """``chain(3, ReLU)`` with functional activations: relu, clamp and an operation in place."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(20, 64), nn.Linear(64, 64), nn.Linear(64, 64), nn.Linear(64, 3)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.layers[0](x))
        x = self.layers[1](x).clamp(min=0)
        return self.layers[3](torch.relu_(self.layers[2](x)))


def test_modules_functions_tracing_and_watching_give_the_same_network() -> None:
    networks = []
    for make, inputs in (
        (lambda: chain(3, nn.ReLU), None),
        (lambda: chain(3, nn.ReLU), data(8, 20)),
        (Twin, data(8, 20)),
    ):
        model = make()
        given(model, inputs)
        networks.append([parameter.detach() for parameter in model.parameters()])
    for other in networks[1:]:
        assert all(torch.equal(a, b) for a, b in zip(networks[0], other, strict=True))


def test_it_says_how_it_read_the_network() -> None:
    class Branching(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(20, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.layer(x) if x.sum() > 0 else -self.layer(x)

    assert given(chain(2, nn.ReLU)).way == "torch.fx"
    assert given(Branching(), data(8, 20)).way == "one forward pass"
    assert given(Branching()).way == "the order of its modules"


def test_the_order_of_modules_reads_a_sequential_as_it_is() -> None:
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.LeakyReLU(0.2), nn.Dropout(), nn.Flatten(), nn.Linear(8, 2)
    )
    calls = in_order(model).calls
    assert [call.name for call in calls] == ["conv2d", "batch_norm", "leakyrelu", "linear"] or [
        call.function for call in calls
    ] == ["", "", "leaky_relu", ""]
    assert calls[2].settings["negative_slope"] == 0.2


@pytest.mark.parametrize("name", ["relu-50", "silu-50", "tanh-50", "sigmoid-50", "functional", "shared", "odd-width"])
def test_the_theory_alone_holds_the_variance_of_deep_chains(name: str) -> None:
    model, inputs = ZOO[name]()
    standard = (inputs - inputs.mean()) / inputs.std()
    given(model)
    with torch.no_grad():
        assert 0.3 < float(model(standard).std()) < 3


def test_opposite_pairs_make_a_relu_network_linear_and_isometric() -> None:
    model = chain(30, nn.ReLU, entering=32)
    given(model)
    x = torch.randn(5, 32, generator=seeded())
    with torch.no_grad():
        body = model[:-1]
        whole = body[:-1](x)  # pre-activations of the last hidden layer: 32 numbers and their negatives
        assert torch.allclose(whole[:, :32], -whole[:, 32:], atol=1e-5)
        assert torch.allclose(body[:-1](2 * x[:1] - x[1:2]), 2 * whole[:1] - whole[1:2], atol=1e-3)
        assert torch.allclose(whole[:, :32].norm(dim=1), x.norm(dim=1), rtol=1e-3)


def test_pairs_survive_pooling_and_flattening() -> None:
    layers = [nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AvgPool2d(2), nn.Conv2d(8, 16, 3), nn.ReLU(), nn.Flatten()]
    model = nn.Sequential(*layers, nn.Linear(16 * 16, 12), nn.ReLU(), nn.Linear(12, 4))
    given(model)
    with torch.no_grad():
        x = torch.randn(4, 3, 14, 14, generator=seeded())
        assert torch.allclose(model(x), -model(-x), atol=1e-5)


def test_shallow_networks_start_as_he_et_al() -> None:
    model = chain(1, nn.ReLU)
    table = given(model)
    weight = model[2].weight.detach()
    gain = 1 / (0.5 - 1 / (2 * torch.pi)) ** 0.5  # of the deviation: the bias takes the mean away
    assert table["2.weight"].gain == pytest.approx(gain, rel=1e-5)
    assert torch.allclose(model[2].bias, -weight.sum(1) * (2 * torch.pi) ** -0.5, atol=1e-5)


def test_residual_branches_get_a_share_each() -> None:
    table = given(resnet(norm=False, blocks=4))
    ends = [row for row in table if row.parameter.endswith("second.weight")]
    assert len(ends) == 4 and all("end of a residual branch: 1/4" in row.why for row in ends)
    inner = [row for row in table if row.parameter.endswith("first.weight")]
    assert all(row.gain > 4 * end.gain for row, end in zip(inner, ends, strict=True))


def test_gates_are_seen() -> None:
    class Gated(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.value, self.gate, self.out = nn.Linear(20, 8), nn.Linear(20, 8), nn.Linear(8, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.out(torch.sigmoid(self.gate(x)) * self.value(x))

    table = given(Gated(), data(8, 20))
    assert "a gate" in table["gate.weight"].why and "the output" in table["out.weight"].why


def test_glu_is_a_gate() -> None:
    model = nn.Sequential(nn.Linear(20, 64), nn.GLU(), nn.Linear(32, 3))
    assert "a gate" in given(model)["0.weight"].why


def test_recurrent_layers() -> None:
    model = Recurrent()
    table = given(model)
    hidden = model.lstm.weight_hh_l1.detach().chunk(4)
    assert all(torch.allclose(part @ part.T, torch.eye(32), atol=1e-5) for part in hidden)
    assert model.lstm.bias_ih_l0.detach().chunk(4)[1].eq(1).all() and not model.lstm.bias_hh_l0.any()
    assert "forget gate" in table["lstm.bias_ih_l0"].why


def test_tied_weights_are_drawn_once_and_shared_layers_too() -> None:
    model = Language(norm_first=True, tied=True)
    table = given(model, ids())
    assert len(table) == len(list(model.parameters()))
    assert table["words.weight"].std == pytest.approx(32**-0.5, rel=0.05)
    assert given(Shared(), data(8, 20))["again.weight"].changed


def test_what_must_not_be_touched() -> None:
    model = nn.Sequential(
        nn.Linear(20, 8),
        nn.LayerNorm(8),
        nn.PReLU(),
        parametrizations.weight_norm(nn.Linear(8, 8)),
        nn.ReLU(),
        nn.Linear(8, 2),
    )
    model[5].requires_grad_(False)
    with torch.no_grad():
        model[1].weight.fill_(3.0)
    before = state(model)
    table = given(model, data(8, 20))
    kept = [name for name in before if not name.startswith("0.")]
    assert all(torch.equal(state(model)[name], before[name]) for name in kept if "3.bias" not in name)
    assert "frozen" in table["5.weight"].why and "normalisation" in table["1.weight"].why
    assert "parametrisation" in table["3.parametrizations.weight.original1"].why
    assert not table["1.weight"].changed and table["0.weight"].changed


def test_an_adapter_starts_without_effect() -> None:
    class Adapted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.base = nn.Linear(8, 8).requires_grad_(False)
            self.down, self.up = nn.Linear(8, 2, bias=False), nn.Linear(2, 8, bias=False)
            nn.init.zeros_(self.up.weight)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.base(x) + 0.5 * self.up(self.down(x))

    model, x = Adapted(), data(8, 8)
    before = model(x).detach()
    for table in (given(model), given(model, x)):
        assert "adapts" in table["up.weight"].why and table["down.weight"].changed
    assert torch.equal(model(x), before)


def test_a_compiled_network_is_read_as_what_it_wraps() -> None:
    plain = chain(2, nn.Tanh)
    before = state(plain)
    assert given(torch.compile(plain, backend="eager")).way == "torch.fx"  # type: ignore[arg-type]
    assert not same(plain, before)


def test_only_what_was_asked_for() -> None:
    model = Language(norm_first=True)
    before = state(model)
    table = given(model, ids(), only=["head", "layers.layers.2.*"])
    changed = {row.parameter for row in table if row.changed}
    assert changed and all(name.startswith(("head.", "layers.layers.2.")) for name in changed)
    assert same(model.words, {"weight": before["words.weight"]})


def test_same_generator_same_weights_and_the_random_state_untouched() -> None:
    before = torch.random.get_rng_state()
    first, second = chain(5, nn.GELU), chain(5, nn.GELU)
    before = torch.random.get_rng_state()
    given(first), given(second)
    assert torch.equal(before, torch.random.get_rng_state())
    assert same(first, state(second))


@pytest.mark.parametrize("name", ZOO)
def test_every_network_can_be_read_with_and_without_inputs(name: str) -> None:
    model, inputs = ZOO[name]()
    buffers = {key: value.clone() for key, value in model.named_buffers()}
    for table in (given(model), given(model, inputs)):
        assert [row.parameter for row in table] == [key for key, _ in model.named_parameters()]
        assert all(row.changed or row.why.startswith("left alone") for row in table)
    assert torch.isfinite(model(inputs)).all()
    assert all(torch.equal(value, buffers[key]) for key, value in model.named_buffers() if model.training is False)


def test_the_table_is_frozen_and_prints_as_plain_text() -> None:
    table = given(chain(2, nn.SiLU))
    text = str(table)
    assert text.startswith("read by torch.fx; 2 activations in series\nparameter")
    assert text.isascii() and len(text.splitlines()) == 2 + len(table)
    with pytest.raises(dataclasses.FrozenInstanceError):
        table.way = "else"  # type: ignore[misc]
    with pytest.raises(KeyError):
        table["nothing"]


def trained(activation: type[nn.Module], fit: bool) -> float:
    """The loss of a chain of 50 after forty steps of plain SGD; guessing gives ln 3 = 1.1."""
    inputs = torch.randn(64, 20, generator=seeded(1))
    targets = (inputs[:, 0] * 2).round().clamp(-1, 1).long() + 1
    model = chain(50, activation, width=32)
    if fit:
        given(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=5e-3, momentum=0.9)
    loss = torch.zeros(())
    for _ in range(40):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(inputs), targets)
        loss.backward()
        optimizer.step()
    return float(loss.detach())


@pytest.mark.parametrize("activation", [nn.Sigmoid, nn.Tanh, nn.ReLU, nn.ELU, nn.SELU, nn.GELU, nn.SiLU, nn.Mish])
def test_a_chain_of_fifty_learns_at_once(activation: type[nn.Module]) -> None:
    assert trained(activation, fit=True) < 0.8


def test_which_it_does_not_as_torch_initialises_it() -> None:
    assert trained(nn.SiLU, fit=False) > 1.0
