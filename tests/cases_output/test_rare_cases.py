"""Faults that need a training of their own kind: uneven, oscillating, unexplained, in half precision, or hardly any."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_diabetes, load_digits, load_wine
from torch import Tensor, nn

import gainstage
from gainstage.diagnose.engine import Diagnosis

Batches = Iterable[tuple[Tensor, Tensor]]


@lru_cache(maxsize=1)
def wine() -> tuple[Tensor, Tensor]:
    features, labels = load_wine(return_X_y=True)
    x = torch.tensor(features, dtype=torch.float32)
    return (x - x.mean(0)) / x.std(0), torch.tensor(labels)


def perceptron(depth: int = 2, width: int = 32) -> nn.Sequential:
    torch.manual_seed(0)
    parts: list[nn.Module] = [nn.Linear(13, width), nn.Tanh()]
    for _ in range(depth - 2):
        parts += [nn.Linear(width, width), nn.Tanh()]
    return nn.Sequential(*parts, nn.Linear(width, 3))


def train(model: nn.Module, optimizer: torch.optim.Optimizer, batches: Batches, scale: float = 1.0) -> Diagnosis:
    with gainstage.watch(every=1) as watching:
        for x, y in batches:
            optimizer.zero_grad()
            (F.cross_entropy(model(x).float(), y) * scale).backward()
            optimizer.step()
    return watching.diagnosis


def whole(steps: int) -> Batches:
    return [wine()] * steps


def uneven(rate: float) -> Diagnosis:
    """The first layer's own learning rate beside 0.3 for the others; labels in disorder, so that nothing is learnt."""
    model = perceptron()
    groups = [{"params": model[0].parameters(), "lr": rate}, {"params": model[2].parameters(), "lr": 0.3}]
    x, y = wine()
    disorder = y[torch.randperm(len(y), generator=torch.Generator().manual_seed(1))]
    return train(model, torch.optim.SGD(groups), [(x, disorder)] * 60)


def crossing(rate: float) -> Diagnosis:
    """Full-batch descent on an absolute error, whose gradient is no shorter in the valley than on its slopes."""
    features, progress = load_diabetes(return_X_y=True)
    x, y = torch.tensor(features * 21).float(), torch.tensor((progress - 152) / 77).float()[:, None]
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 16), nn.Tanh(), nn.Linear(16, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    with gainstage.watch(every=1) as watching:
        for _ in range(60):
            optimizer.zero_grad()
            F.l1_loss(model(x), y).backward()
            optimizer.step()
    return watching.diagnosis


def answers(belonging: bool) -> Diagnosis:
    """Digits with labels of their own, or with ones drawn anew for every batch."""
    images, labels = load_digits(return_X_y=True)
    x, y = torch.tensor(images / 16, dtype=torch.float32), torch.tensor(labels)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    parts = [torch.randint(len(y), (256,)) for _ in range(120)]
    batches = [(x[rows], y[rows] if belonging else torch.randint(10, (256,))) for rows in parts]
    return train(model, torch.optim.Adam(model.parameters(), lr=3e-3), batches)


def halved(scale: float) -> Diagnosis:
    """The loss is multiplied by ``scale`` in front of a float16 network; Adam takes the factor out again."""
    model = perceptron(depth=4)
    with torch.autocast("cpu", dtype=torch.float16):
        return train(model, torch.optim.Adam(model.parameters(), lr=3e-3), whole(40), scale)


class Reader(nn.Module):
    """Reads a sequence of symbols and answers at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.rnn, self.out = nn.Embedding(4, 8), nn.RNN(8, 32, batch_first=True), nn.Linear(32, 4)

    def forward(self, symbols: Tensor) -> Tensor:
        return self.out(self.rnn(self.embed(symbols))[1][0])


def remember(position: int) -> Diagnosis:
    """A plain recurrent network is asked for the symbol at ``position`` of forty."""
    torch.manual_seed(0)
    model = Reader()
    sequences = [torch.randint(4, (32, 40)) for _ in range(80)]
    batches = [(symbols, symbols[:, position]) for symbols in sequences]
    return train(model, torch.optim.SGD(model.parameters(), lr=0.2), batches)


def severed(how: str) -> Diagnosis:
    """Thirty passes over the wines; ``how`` says what keeps the gradients from the weights."""
    (x, y), model = wine(), perceptron()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with gainstage.watch(every=1) as watching:
        for _ in range(30):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            if how == "a new tensor":
                loss = torch.tensor(loss.item(), requires_grad=True)
            loss.backward()
            if how.startswith("cleared"):
                optimizer.zero_grad(set_to_none=how == "cleared")
            if how != "no step":
                optimizer.step()
    return watching.diagnosis


def clipped(norm: float) -> Diagnosis:
    """Plain descent on the wines with every gradient clipped."""
    (x, y), model = wine(), perceptron()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    with gainstage.watch(every=1) as watching:
        for _ in range(120):
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            nn.utils.clip_grad_norm_(model.parameters(), norm)
            optimizer.step()
    return watching.diagnosis


def decaying(decay: float) -> Diagnosis:
    """Three layers under descent with this weight decay."""
    model = perceptron(depth=3)
    return train(model, torch.optim.SGD(model.parameters(), lr=0.2, weight_decay=decay), whole(120))


def scheduled(factor: float) -> Diagnosis:
    """Digits, the learning rate multiplied after every batch."""
    images, labels = load_digits(return_X_y=True)
    x, y = torch.tensor(images / 16, dtype=torch.float32), torch.tensor(labels)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 32), nn.Sigmoid(), nn.Linear(32, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, factor)
    with gainstage.watch(every=1) as watching:
        for rows in [torch.randint(len(y), (64,)) for _ in range(200)]:
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
            scheduler.step()
    return watching.diagnosis


class Attention(nn.Module):
    """One head over sequences of two; ``empty``: masks that leave some row nothing to look at."""

    def __init__(self, empty: bool) -> None:
        super().__init__()
        self.widen, self.out, self.empty = nn.Linear(13, 26), nn.Linear(13, 3), empty

    def forward(self, x: Tensor) -> Tensor:
        pair = self.widen(x).view(-1, 2, 13)
        mask = torch.zeros(len(x), 2, 2)
        mask[::7, :, 0 if not self.empty else slice(None)] = float("-inf")
        return self.out(((pair @ pair.transpose(1, 2) + mask).softmax(-1) @ pair).mean(1))


def masked(empty: bool) -> Diagnosis:
    torch.manual_seed(0)
    model = Attention(empty)
    return train(model, torch.optim.Adam(model.parameters(), lr=0.01), whole(20))


class Generated(nn.Module):
    """A layer whose weights another network makes: written into ``.data``, which cuts the graph, or used as such."""

    def __init__(self, written: bool) -> None:
        super().__init__()
        self.maker = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 39))
        self.reader, self.written = nn.Linear(13, 3, bias=False), written

    def forward(self, x: Tensor) -> Tensor:
        weights = self.maker(torch.tensor([1.0, -1.0])).view(3, 13)
        if not self.written:
            return F.linear(x, weights)
        self.reader.weight.data = weights
        return self.reader(x)


def generated(written: bool) -> Diagnosis:
    torch.manual_seed(0)
    model = Generated(written)
    return train(model, torch.optim.Adam(model.maker.parameters(), lr=0.01), whole(60))


def few(steps: int) -> Diagnosis:
    model = perceptron()
    return train(model, torch.optim.Adam(model.parameters(), lr=0.01), whole(steps))


CASES: dict[str, tuple[Callable[[Any], Diagnosis], Any, Any, str, str]] = {
    "GS201": (remember, 0, -1, "warning", "recurrence"),
    "GS203 loss": (severed, "a new tensor", "", "error", "loss-detached"),
    "GS203 cleared": (severed, "cleared", "", "error", "cleared-before-step"),
    "GS203 zeroed": (severed, "cleared to zero", "", "error", "cleared-before-step"),
    "GS203 written": (generated, True, False, "error", "detached"),
    "GS203 step": (severed, "no step", "", "error", "never-stepped"),
    "GS302": (clipped, 1e-5, 1.0, "error", "clipping"),
    "GS201 decay": (decaying, 1.0, 1e-4, "error", "weight-decay"),
    "GS302 schedule": (scheduled, 0.8, 0.999, "warning", "schedule"),
    "GS701": (masked, True, False, "error", "masked-rows"),
    "GS303": (uneven, 1e-6, 0.3, "warning", "learning-rates"),
    "GS305": (crossing, 1.5, 0.2, "warning", "learning-rate"),
    "GS306": (answers, False, True, "warning", "unexplained"),
    "GS702": (halved, 1e-7, 1.0, "error", "number-format"),
    "GS901": (few, 0, 30, "warning", "no-training"),
    "GS902": (few, 3, 30, "info", "short-run"),
}


@pytest.mark.parametrize("code", CASES)
def test_the_patient_is_named_with_its_cause(code: str) -> None:
    treat, sick, _, severity, cause = CASES[code]
    code = code.partition(" ")[0]
    findings = {finding.code: finding for finding in reversed(treat(sick).findings)}
    assert code in findings, {c: f.text for c, f in findings.items()}
    found = findings[code]  # the first of its code
    assert (found.severity, found.cause and found.cause.name) == (severity, cause)
    assert found.remedies and found.evidence


@pytest.mark.parametrize("code", CASES)
def test_its_healthy_twin_is_silent(code: str) -> None:
    treat, _, cured, _, _ = CASES[code]
    code = code.partition(" ")[0]
    found = [(f.code, f.text) for f in treat(cured).findings if f.code == code or f.severity == "error"]
    assert not found


def test_steps_out_of_sight_are_told_apart_from_no_training() -> None:
    """Within torch.func's transforms nothing of ours may run: the training itself may be in the best of health."""
    (x, y), model = wine(), perceptron()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

    def loss(parameters: dict[str, Tensor], example: Tensor, label: Tensor) -> Tensor:
        return F.cross_entropy(torch.func.functional_call(model, parameters, (example,)), label)

    with gainstage.watch(every=1) as watching:
        for _ in range(5):
            optimizer.zero_grad()
            torch.vmap(loss, (None, 0, 0))(dict(model.named_parameters()), x, y).mean().backward()
            optimizer.step()
    (found,) = watching.diagnosis.findings
    assert (found.code, found.severity, found.cause and found.cause.name) == ("GS901", "info", "out-of-sight")
    assert found.evidence["steps"] == 5
