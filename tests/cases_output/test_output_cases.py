"""Each fault of updates, outputs, data and numbers on a network that really trains, beside its cured twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from torch import Tensor, nn

import gainstage
from gainstage.diagnose.engine import Diagnosis
from gainstage.diagnose.finding import Severity
from training import STYLES

OURS = ("GS3", "GS5", "GS6", "GS7")
Loss = Callable[[Tensor, Tensor], Tensor]
LAST: dict[str, tuple[Callable[[], nn.Module], Callable[[Tensor], Tensor]]] = {
    "none": (nn.Identity, lambda x: x),
    "relu": (nn.ReLU, F.relu),
    "sigmoid": (nn.Sigmoid, torch.sigmoid),
    "tanh": (nn.Tanh, Tensor.tanh),
    "relu-sigmoid": (lambda: nn.Sequential(nn.ReLU(), nn.Sigmoid()), lambda x: x.relu().sigmoid()),
    "softmax": (lambda: nn.Softmax(1), lambda x: x.exp() / x.exp().sum(1, keepdim=True)),
    "softmax-one": (lambda: nn.Softmax(1), lambda x: F.softmax(x, 1)),
    "softmax-batch": (lambda: nn.Softmax(0), lambda x: F.softmax(x, 0)),
    "log-softmax": (lambda: nn.LogSoftmax(1), lambda x: F.log_softmax(x, 1)),
}


@lru_cache(maxsize=3)
def table(name: str) -> tuple[Tensor, Tensor]:
    """Standardised features; labels 0..2 ("wine"), 0/1 as a column ("cancer"), standardised progress ("diabetes")."""
    loaders = {"wine": load_wine, "cancer": load_breast_cancer, "diabetes": load_diabetes}
    features, answers = loaders[name](return_X_y=True)
    order = torch.randperm(len(answers), generator=torch.Generator().manual_seed(0))
    x, y = torch.tensor(features, dtype=torch.float32)[order], torch.tensor(answers)[order]
    y = y.long() if name == "wine" else y.float()[:, None]
    return (x - x.mean(0)) / x.std(0), (y - y.mean()) / y.std() if name == "diabetes" else y


@dataclass(frozen=True)
class Training:
    """A multilayer perceptron on a table; ``x`` and ``y`` change the data."""

    data: str
    loss: Loss
    outputs: int = 1
    last: str = "none"
    hidden: int = 32
    optimizer: str = "Adam"
    rate: float = 0.01
    steps: int = 150
    rows: int = 64
    clear: bool = True
    owned: bool = True
    settings: dict[str, Any] = field(default_factory=dict)
    x: Callable[[Tensor], Tensor] = lambda x: x
    y: Callable[[Tensor], Tensor] = lambda y: y


class Functional(nn.Module):
    """The perceptron without modules for its activations."""

    def __init__(self, first: nn.Linear, second: nn.Linear, last: str) -> None:
        super().__init__()
        self.first, self.second, self.last = first, second, last

    def forward(self, x: Tensor) -> Tensor:
        return LAST[self.last][1](self.second(torch.tanh(self.first(x))))


def network(training: Training, features: int, style: str) -> nn.Module:
    first, second = nn.Linear(features, training.hidden), nn.Linear(training.hidden, training.outputs)
    if style == "functions":
        return Functional(first, second, training.last)
    return nn.Sequential(first, nn.Tanh(), second, LAST[training.last][0]())


def train(training: Training, style: str) -> Diagnosis:
    torch.manual_seed(0)
    x, y = table(training.data)
    x, y = training.x(x), training.y(y)
    model = network(training, x.shape[1], style)
    held = model if training.owned else network(training, x.shape[1], style)
    optimizer = getattr(torch.optim, training.optimizer)(held.parameters(), lr=training.rate, **training.settings)
    with gainstage.watch(every=1) as watching:
        for _ in range(training.steps):
            rows = torch.randint(len(y), (training.rows,))
            if training.clear:
                optimizer.zero_grad()
            training.loss(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return watching.diagnosis


def squared(output: Tensor, target: Tensor) -> Tensor:
    return ((output - target) ** 2).mean()


def log_cosh(output: Tensor, target: Tensor) -> Tensor:
    difference = output - target
    return (difference + F.softplus(-2.0 * difference)).mean()


def column(labels: Tensor) -> Tensor:
    return labels[:, None].float()


def log_by_hand(output: Tensor, target: Tensor) -> Tensor:
    return -(target * torch.log(output) + (1 - target) * torch.log(1 - output)).mean()


@dataclass(frozen=True)
class Patient:
    """What must be found in ``sick`` and, with ``cure`` applied, must not be."""

    code: str
    cause: str
    sick: Training
    cure: dict[str, Any]
    severity: Severity = "error"

    @property
    def label(self) -> str:
        return f"{self.code}-{self.cause}-{self.sick.data}"


WINE = Training("wine", F.cross_entropy, outputs=3)
CANCER = Training("cancer", F.binary_cross_entropy_with_logits)
DIABETES = Training("diabetes", F.mse_loss)
SGD = {"optimizer": "SGD"}

PATIENTS = (
    Patient("GS301", "learning-rate", replace(DIABETES, rate=3.0, **SGD), {"rate": 0.05}),
    Patient("GS301", "momentum", replace(DIABETES, rate=0.05, settings={"momentum": 0.999}, **SGD), {"settings": {}}),
    Patient("GS302", "learning-rate", replace(WINE, rate=1e-8), {"rate": 0.01}),
    Patient("GS302", "learning-rate", replace(CANCER, rate=1e-6, **SGD), {"rate": 0.5}),
    Patient("GS302", "parameters-not-in-optimizer", replace(WINE, owned=False), {"owned": True}),
    Patient("GS304", "missing-zero-grad", replace(WINE, rate=0.05, clear=False, **SGD), {"clear": True}),
    Patient("GS501", "probabilities-into-logit-loss", replace(WINE, last="softmax"), {"last": "none"}),
    Patient("GS501", "probabilities-into-logit-loss", replace(CANCER, last="sigmoid"), {"last": "none"}),
    Patient("GS501", "missing-log", replace(WINE, loss=F.nll_loss, last="softmax-one"), {"last": "log-softmax"}),
    Patient("GS501", "missing-log-softmax", replace(WINE, loss=F.nll_loss), {"last": "log-softmax"}),
    Patient("GS501", "softmax-dimension", replace(WINE, last="softmax-batch"), {"last": "none"}),
    Patient("GS502", "output-range", replace(DIABETES, last="tanh", y=lambda y: 50 + 10 * y),
            {"last": "none", "y": lambda y: y}),
    Patient("GS502", "output-range", replace(WINE, loss=F.mse_loss, outputs=1, last="sigmoid", y=column),
            {"last": "none"}),
    Patient("GS502", "targets-not-probabilities", replace(CANCER, y=lambda y: y + 1), {"y": lambda y: y}),
    Patient("GS503", "constant-output", replace(CANCER, loss=F.binary_cross_entropy, last="softmax-one"),
            {"last": "sigmoid"}),
    Patient("GS504", "output-range", replace(CANCER, last="relu"), {"last": "none"}),
    Patient("GS504", "output-range", replace(DIABETES, last="relu"), {"last": "none"}),
    Patient("GS504", "output-range", replace(CANCER, loss=F.binary_cross_entropy, last="relu-sigmoid"),
            {"last": "sigmoid"}),
    Patient("GS504", "dead-output", replace(DIABETES, last="relu", y=lambda y: y - 20, rate=0.05),
            {"last": "none", "y": lambda y: y}),
    Patient("GS505", "broadcast", replace(DIABETES, loss=squared, y=lambda y: y[:, 0]), {"y": lambda y: y}),
    Patient("GS505", "broadcast", replace(DIABETES, loss=log_cosh, y=lambda y: y[:, 0]), {"y": lambda y: y}),
    Patient("GS505", "broadcast", replace(DIABETES, loss=F.poisson_nll_loss, y=lambda y: y[:, 0].exp()),
            {"y": torch.exp}),
    Patient("GS601", "input-scale", replace(CANCER, x=lambda x: 1000 * x + 3000, rate=0.1, **SGD), {"x": lambda x: x}),
    Patient("GS602", "constant", replace(WINE, x=torch.zeros_like), {"x": lambda x: x}),
    Patient("GS603", "imbalance", replace(CANCER, x=torch.randn_like, hidden=4, rate=0.005, steps=250,
            y=lambda y: (torch.arange(len(y)) % 40 == 0).float()[:, None]),
            {"x": lambda x: x, "y": lambda y: y}, "warning"),
    Patient("GS604", "data", replace(CANCER, x=torch.randn_like, hidden=2, rate=2e-3), {"x": lambda x: x}, "info"),
    Patient("GS605", "target-scale", replace(DIABETES, y=lambda y: 300 + 100 * y, rate=1e-3), {"y": lambda y: y},
            "warning"),
    Patient("GS701", "data", replace(WINE, x=lambda x: x.index_fill(0, torch.arange(9), float("nan"))),
            {"x": lambda x: x}),
    Patient("GS701", "operation", replace(CANCER, loss=log_by_hand, last="relu"),
            {"loss": F.binary_cross_entropy, "last": "sigmoid"}),
)  # fmt: skip


NAMES = [patient.label for patient in PATIENTS]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("patient", PATIENTS, ids=NAMES)
def test_the_fault_is_named_with_its_cause(patient: Patient, style: str) -> None:
    findings = {finding.code: finding for finding in train(patient.sick, style).findings}
    assert patient.code in findings, sorted(findings)
    found = findings[patient.code]
    assert (found.severity, found.cause and found.cause.name) == (patient.severity, patient.cause)
    assert found.remedies and found.evidence


@pytest.mark.parametrize("patient", PATIENTS, ids=NAMES)
def test_its_cure_silences_every_rule(patient: Patient) -> None:
    # Either style is trained over the whole set; each twin in one of them.
    style = STYLES[PATIENTS.index(patient) % len(STYLES)]
    cured = train(replace(patient.sick, **patient.cure), style)
    assert not [(f.code, f.text) for f in cured.findings if f.severity != "info" and f.code.startswith(OURS)]


def test_several_faults_at_once_are_all_named() -> None:
    sick = replace(CANCER, last="sigmoid", clear=False, x=lambda x: 1000 * x + 3000, **SGD)
    findings = {finding.code: finding.severity for finding in train(sick, "modules").findings}
    assert {"GS304", "GS501", "GS601"} <= set(findings)
    assert findings["GS304"] == findings["GS501"] == "error"
