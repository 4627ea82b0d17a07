"""Each fault of signal, gradient and start on a network that really trains, beside a healthy twin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
import torch
from torch import nn

from gainstage.diagnose.finding import SEVERITIES, Severity
from gainstage.diagnose.progress import progress
from training import STYLES, Recipe, bias, draw, fill, linear_layers, train

OURS = ("GS1", "GS2", "GS4")


@dataclass(frozen=True)
class Patient:
    """What must be found, at least how gravely, and for which cause ("" for any)."""

    code: str
    recipe: Recipe
    cause: str = ""
    severity: Severity = "warning"

    @property
    def label(self) -> str:
        return f"{self.code}-{self.cause or 'any'}-{self.recipe.activation}"


def widened(model: nn.Module) -> None:
    """Every hidden unit four times over, with equal weights in and out."""
    layers = linear_layers(model)
    with torch.no_grad():
        for layer, following in pairwise(layers):
            first = torch.arange(layer.out_features) // 4 * 4
            layer.weight.copy_(layer.weight[first])
            layer.bias.copy_(layer.bias[first])
            following.weight.copy_(following.weight[:, first])


def head(model: nn.Module) -> object:
    return linear_layers(model)[-1].parameters()


class OneByOne(nn.Module):
    """A linear layer that normalises its features, each by itself."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer, self.norm = layer, nn.LayerNorm(1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(self.norm(x.unsqueeze(-1)).squeeze(-1))


def normalised_one_by_one(model: nn.Module) -> None:
    parent, name = (model.layers, "0") if hasattr(model, "layers") else (model, "0")
    setattr(parent, name, OneByOne(parent[0]))


def before_its_replacement(model: nn.Module) -> list[nn.Parameter]:
    """The parameters as they were before the first hidden layer was exchanged."""
    given = list(model.parameters())
    layer = linear_layers(model)[1]
    layer.weight = nn.Parameter(layer.weight.detach().clone())
    return given


DEEP = {"depth": 12, "width": 32}
PATIENTS = (
    Patient("GS101", Recipe(rate=30.0), "learning-rate"),
    Patient("GS101", Recipe(prepare=bias(-20.0)), "bias", "error"),
    Patient("GS101", Recipe(inputs=lambda x: 1000 * x), "input-scale"),
    Patient("GS102", Recipe("tanh", prepare=draw(20.0)), "initialisation", "error"),
    Patient("GS102", Recipe("tanh", inputs=lambda x: 500 * x), "input-scale"),
    Patient("GS102", Recipe("tanh", prepare=bias(10.0)), "bias", "error"),
    Patient("GS102", Recipe("tanh", rate=50.0), "learning-rate"),
    Patient("GS103", Recipe("sigmoid", depth=3, rate=0.01), "activation"),
    Patient("GS104", Recipe(prepare=draw(0.01)), "weights"),
    Patient("GS104", Recipe("sigmoid", depth=10), "activation"),
    Patient("GS104", Recipe(prepare=normalised_one_by_one), "single-values", "error"),
    Patient("GS105", Recipe(depth=10, prepare=draw(8.0)), "initialisation"),
    Patient("GS106", Recipe("none"), "missing-activation"),
    Patient("GS107", Recipe(prepare=widened), "initialisation"),
    Patient("GS201", Recipe("sigmoid", depth=10), "activation", "error"),
    Patient("GS201", Recipe("sigmoid", depth=10, optimizer="Adam", rate=1e-3), "activation"),
    Patient("GS201", Recipe("tanh", depth=10, prepare=draw(0.2)), "weights", "error"),
    Patient("GS202", Recipe(depth=10, prepare=draw(8.0)), "initialisation", "error"),
    Patient("GS202", Recipe(depth=6, rate=5.0, prepare=draw(1.4)), "learning-rate"),
    Patient("GS203", Recipe(cut_after=0), "detached", "error"),
    Patient("GS203", Recipe(parameters=head), "not-in-optimizer"),
    Patient("GS203", Recipe(parameters=before_its_replacement), "replaced"),
    Patient("GS204", Recipe(bad_step=30, rate=0.05), "single-batches"),
    Patient("GS401", Recipe(prepare=fill(0.0)), "zero-initialisation", "error"),
    Patient("GS401", Recipe(prepare=fill(0.05)), "constant-initialisation", "error"),
    Patient("GS402", Recipe(**DEEP), "gain-too-small"),
    Patient("GS403", Recipe(prepare=draw(10.0)), "initialisation"),
)
HEALTHY = (
    Recipe(steps=200),
    Recipe("tanh", steps=120),
    Recipe("gelu", optimizer="Adam", rate=3e-3, steps=120),
    Recipe("sigmoid", depth=2, rate=1.0, steps=150),
    Recipe("relu", prepare=draw(1.41), rate=0.05, steps=150, **DEEP),
    Recipe("tanh", depth=10, prepare=draw(1.3), rate=0.05, steps=100),
    Recipe("sigmoid", depth=6, normalise=True, optimizer="Adam", rate=1e-2, steps=150),
    Recipe("relu", depth=8, normalise=True, steps=80),
    Recipe("relu", inputs=lambda x: 10 * x, optimizer="Adam", rate=1e-3, steps=150),
    Recipe("relu", optimizer="SGD", settings={"momentum": 0.9}, rate=0.02, steps=120),
)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("patient", PATIENTS, ids=[patient.label for patient in PATIENTS])
def test_the_fault_is_named_with_its_cause(patient: Patient, style: str) -> None:
    findings = train(patient.recipe, style).findings
    own = [finding for finding in findings if finding.code == patient.code]
    assert own, f"only {[(finding.code, finding.severity) for finding in findings]}"
    assert SEVERITIES.index(own[0].severity) <= SEVERITIES.index(patient.severity)
    assert own[0].cause is not None and patient.cause in ("", own[0].cause.name)
    assert (own[0].remedies and own[0].evidence and own[0].sites) or patient.code == "GS204"


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("recipe", HEALTHY, ids=[f"{r.activation}-{r.depth}-{r.optimizer}" for r in HEALTHY])
def test_healthy_trainings_stay_silent(recipe: Recipe, style: str) -> None:
    diagnosis = train(recipe, style)
    assert progress(diagnosis.view) == "good", "the twin must really learn"
    loud = [f for f in diagnosis.findings if f.severity != "info" and f.code.startswith(OURS)]
    assert not loud, [(finding.code, finding.text) for finding in loud]


@pytest.mark.parametrize("style", STYLES)
def test_the_same_network_with_a_smaller_step_has_living_units(style: str) -> None:
    killed = Recipe(rate=30.0)
    assert not [f for f in train(replace(killed, rate=0.2), style).findings if f.code == "GS101"]
