"""Scripts that are sick in one way, and what runs them: watched, in this process, as text under a file's name."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

import gainstage
from gainstage.diagnose.engine import Diagnosis
from gainstage.diagnose.finding import Finding
from gainstage.prescribe.candidate import Candidate
from gainstage.prescribe.choose import candidates
from gainstage.prescribe.collect import collect
from gainstage.prescribe.places import Places

HEAD = """\
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
X = torch.randn(512, 8)
y = (X[:, 0] * X[:, 1] + X[:, 2] > 0).long()
"""
LOOP = """
for step in range({steps}):
    i = torch.randint(0, 512, (128,))
    optimizer.zero_grad()
    loss = {loss}
    loss.backward()
    optimizer.step()
"""


def loop(loss: str = "F.cross_entropy(model(X[i]), y[i])", steps: int = 60) -> str:
    """A plain training."""
    return LOOP.format(loss=loss, steps=steps)


def sgd(rate: float | str = 0.1, more: str = "") -> str:
    """A plain optimizer."""
    return f"optimizer = torch.optim.SGD(model.parameters(), lr={rate}{more})"


@dataclass(frozen=True)
class Seen:
    """One run of a script: what was found, where things were made, its variables, what it raised."""

    diagnosis: Diagnosis
    places: Places
    names: dict[str, Any]
    path: str
    text: str
    error: BaseException | None = None

    def finding(self, code: str) -> Finding | None:
        """The finding of this code."""
        return next((finding for finding in self.diagnosis.findings if finding.code == code), None)

    def candidates(self) -> tuple[Candidate, ...]:
        """What may cure it."""
        return candidates(self.diagnosis, self.places, {self.path: self.text})

    def remedy(self, name: str) -> list[Candidate]:
        """Candidates of this remedy that are patches."""
        return [candidate for candidate in self.candidates() if candidate.remedy == name and candidate.changes]


def run(text: str, folder: Path, name: str = "train.py") -> Seen:
    """Run ``text`` as the script ``name``, watched at every step."""
    path = folder / name
    path.write_bytes(text.encode())
    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(path)}
    error: BaseException | None = None
    state = torch.get_rng_state()
    with collect() as places, gainstage.watch(every=1) as watching, contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(text, str(path), "exec"), names)
        except Exception as raised:
            error = raised
    torch.set_rng_state(state)
    return Seen(watching.diagnosis, places.places(), names, str(path), text, error)


def cured(seen: Seen, candidate: Candidate, folder: Path) -> Seen:
    """The patched script's own run; it must not raise."""
    again = run(candidate.changes[0].after, folder)
    assert again.error is None, again.error
    return again


MLP = "model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))\n"


@dataclass(frozen=True)
class Patient:
    """A script with the fault ``code``, and the remedy that takes it away."""

    remedy: str
    code: str
    text: str
    position: int = 0  # which of the remedy's patches


def deep(activation: str, layers: int = 8) -> str:
    return (
        f"layers = [nn.Linear(8, 32), {activation}]\n"
        f"for _ in range({layers}):\n    layers += [nn.Linear(32, 32), {activation}]\n"
        "model = nn.Sequential(*layers, nn.Linear(32, 2))\n"
    )


MODEL = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(8, 32)
        self.two = nn.Linear(32, 2)

    def forward(self, x):
        x = {hidden}
        return {output}


model = Net()
"""


def net(hidden: str = "F.relu(self.one(x))", output: str = "self.two(x)") -> str:
    return MODEL.format(hidden=hidden, output=output)
