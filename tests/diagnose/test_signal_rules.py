"""Where the rules on signal, gradient and start must stay silent, and how grave what they say is."""

from __future__ import annotations

from cProfile import Profile
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import gainstage
from gainstage.diagnose.engine import RULES, diagnose
from gainstage.diagnose.finding import Finding
from synthetic import Recording, mlp

OURS = tuple(code for code in RULES if code[:3] in ("GS1", "GS2", "GS4"))
STUCK = (2.3, 2.3, 2.31, 2.29, 2.3, 2.3)


def found(made: Recording, code: str) -> list[Finding]:
    return [finding for finding in diagnose(made.run(), select=[code]).findings if finding.code == code]


def loud(made: Recording) -> list[str]:
    return [finding.code for finding in diagnose(made.run(), select=OURS).findings if finding.severity != "info"]


def dead(count: int) -> dict[str, Any]:
    return {"silent_units": count, "dead_units": count}


@pytest.mark.parametrize(("count", "severity"), [(10, None), (20, "info"), (40, "warning"), (60, "error")])
def test_dead_units_are_as_grave_as_the_power_they_take(count: int, severity: str | None) -> None:
    findings = found(mlp(3, activation=dead(count), loss=STUCK), "GS101")
    assert [finding.severity for finding in findings] == ([severity] if severity else [])


def test_dead_units_cost_less_where_the_network_learns() -> None:
    assert found(mlp(3, activation=dead(60), loss=(2.3, 2, 1.5, 1, 0.5, 0.2)), "GS101")[0].severity == "warning"


def test_half_a_layer_of_zeros_is_no_dead_unit() -> None:
    assert not found(mlp(3, activation={"transmission": 0.5, **dead(0)}, loss=STUCK), "GS101")


def test_units_behind_a_collapsed_signal_are_not_called_dead() -> None:
    assert not found(mlp(8, forward_db=-30.0, activation=dead(0), loss=STUCK), "GS101")


def test_no_size_of_a_gradient_decides() -> None:
    """Eighty decibels less gradient, and the first stage moves as fast as the last: nothing to say while it learns."""
    assert not loud(mlp(8, weights_db=-10.0, ratio=1e-2))


def test_every_rule_can_be_switched_off() -> None:
    made = mlp(3, activation=dead(60), loss=STUCK)
    assert "GS101" in {finding.code for finding in diagnose(made.run()).findings}
    assert "GS101" not in {finding.code for finding in diagnose(made.run(), ignore=["GS101"]).findings}


def _two_linear(first: tuple[int, int], second: tuple[int, int], **between: Any) -> Recording:
    made = Recording(loss=STUCK)
    made.site("input", "input", columns={"signal": 1.0})
    made.site("affine", "linear", fan_in=first[0], units=first[1])
    made.site("activation", "relu", function="relu", units=first[1])
    made.site("affine", "linear", fan_in=first[1], units=first[1])
    made.site("affine", "linear", fan_in=second[0], units=second[1], **between)
    made.site("activation", "relu", function="relu", units=second[1])
    made.site("affine", "linear", fan_in=second[1], units=4)
    made.site("loss", "cross_entropy")
    return made


def test_a_missing_activation_is_named() -> None:
    findings = found(_two_linear((32, 64), (64, 64)), "GS106")
    assert [finding.severity for finding in findings] == ["warning"] and "net.3" in findings[0].sites[0]


@pytest.mark.parametrize("via", [("max_pool2d",), ("mul",), ("where",), ("my_operation",)])
def test_anything_that_may_bend_silences_linear_collapse(via: tuple[str, ...]) -> None:
    assert not found(_two_linear((32, 64), (64, 64), via=via), "GS106")


def test_a_narrow_middle_is_a_factorisation() -> None:
    made = Recording()
    made.site("affine", "linear", fan_in=256, units=8, sources=())
    made.site("affine", "linear", fan_in=8, units=256)
    made.site("loss", "mse_loss")
    assert not [f for f in found(made, "GS106") if "stages are affine" not in f.text]


def _teacher() -> Recording:
    """A network with a target network beside it that runs without gradients and belongs to no optimizer."""
    made = mlp(2, loss=STUCK)
    made.site("affine", "linear", module="target", weight="target.weight", sources=(0,))
    parameter = made.parameter("target.weight", (64, 64), weight=0.1, gradient=float("nan"), has_gradient=False)
    made.parameters[-1] = parameter.__class__(parameter.index, parameter.name, parameter.shape, True, "", "Net")
    return made


def test_a_target_network_is_not_blocked() -> None:
    assert not found(_teacher(), "GS203")


def test_the_same_in_an_optimizer_is() -> None:
    made = mlp(2, loss=STUCK)
    made.site("affine", "linear", module="cut", weight="cut.weight", sources=(0,))
    made.parameter("cut.weight", (64, 64), weight=0.1, gradient=float("nan"), has_gradient=False)
    findings = found(made, "GS203")
    assert findings[0].severity == "error" and findings[0].cause is not None and findings[0].cause.name == "detached"


def test_a_gradient_that_is_not_a_number_is_no_missing_gradient() -> None:
    made = mlp(2, loss=(1.0, 2.0, 9.0, float("nan"), float("nan"), float("nan")))
    made.site("affine", "linear", module="nan", weight="nan.weight", sources=(0,))
    made.parameter("nan.weight", (64, 64), weight=0.1, gradient=float("nan"), has_gradient=True)
    assert not found(made, "GS203")


def test_two_networks_may_use_the_same_names() -> None:
    made = mlp(2)
    twin = made.parameters[0]
    made.parameters.append(twin.__class__(99, twin.name, twin.shape, True, "Adam", "Net#2"))
    made.parameters[0] = twin.__class__(twin.index, twin.name, twin.shape, True, "SGD", "Net")
    view = diagnose(made.run()).view
    assert view.stages[0].weight is not None and view.stages[0].weight.index == twin.index


def test_rules_read_whole_columns_however_many_samples_there_are() -> None:
    def calls(samples: int) -> tuple[int, int]:
        made = mlp(20, weights_db=-1.0, steps=list(range(samples)), loss=np.full(samples, 2.3))
        with Profile() as profile:
            diagnose(made.run(), select=OURS)
        return len(made.signals) + len(made.updates), sum(entry.callcount for entry in profile.getstats())

    (few, quick), (many, slow) = calls(32), calls(256)
    assert slow - quick < 5 * (many - few)  # each record is sorted into its columns, and no rule looks at one again


def _chain(depth: int, activation: type[nn.Module], gain: float | None = None) -> nn.Module:
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for _ in range(depth):
        layers += [nn.Linear(64, 64), activation()]
        if gain is not None:
            nn.init.normal_(layers[-2].weight, std=gain / 8)  # type: ignore[arg-type]
    return nn.Sequential(*layers, nn.Linear(64, 4))


@pytest.mark.parametrize(
    ("network", "code"),
    [(_chain(20, nn.Sigmoid), "GS201"), (_chain(12, nn.ReLU), "GS201"), (_chain(12, nn.ReLU, 6.0), "GS202")],
)
def test_one_look_at_an_untrained_network_is_enough_for_a_bad_start(network: nn.Module, code: str) -> None:
    codes = [f.code for f in _looked_at(network)]
    assert code in codes


@pytest.mark.parametrize("network", [_chain(3, nn.ReLU), _chain(3, nn.Tanh), _chain(12, nn.ReLU, 1.41)])
def test_one_look_at_a_good_start_finds_nothing(network: nn.Module) -> None:
    assert not [f for f in _looked_at(network) if f.severity != "info"]


def _looked_at(network: nn.Module) -> tuple[Finding, ...]:
    torch.manual_seed(1)
    x, y = torch.randn(256, 64), torch.randint(0, 4, (256,))
    return gainstage.check(network, x, lambda out: nn.functional.cross_entropy(out, y), select=OURS).findings
