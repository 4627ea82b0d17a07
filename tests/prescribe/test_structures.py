"""Scripts as they are built by others: several files, trainers, hooks of frameworks, loops by hand, closures."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

import pytest
from patients import HEAD, Seen, cured, loop, run, sgd

import gainstage
from gainstage.prescribe.choose import candidates
from gainstage.prescribe.collect import collect
from gainstage.prescribe.source.script import Script
from gainstage.prescribe.source.steps import cleared_behind

MODEL = """\
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 32), nn.ReLU())
        self.head = nn.Linear(32, 2)
        self.last = nn.Softmax(dim=1)

    def forward(self, x):
        return self.last(self.head(self.body(x)))
"""
LIGHTNING = """
class Lit(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
        with torch.no_grad():
            self.net[0].bias.fill_(-30.0)

    def training_step(self, batch, index):
        x, y = batch
        return F.cross_entropy(self.net(x), y)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


class Trainer:
    def fit(self, lit):
        optimizer = lit.configure_optimizers()
        for step in range(60):
            i = torch.randint(0, 512, (128,))

            def closure():
                optimizer.zero_grad()
                loss = lit.training_step((X[i], y[i]), step)
                loss.backward()
                return loss

            optimizer.step(closure)


Trainer().fit(Lit())
"""
BY_HAND = """
w1 = (torch.randn(8, 32) * 30).requires_grad_()
w2 = (torch.randn(32, 2) * 30).requires_grad_()
for step in range(60):
    loss = F.cross_entropy(torch.relu(X @ w1) @ w2, y)
    loss.backward()
    with torch.no_grad():
        for w in (w1, w2):
            w -= 1e-6 * w.grad
            w.grad = None
"""


def test_the_model_is_in_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other, script = tmp_path / "their_model.py", tmp_path / "train.py"
    text = HEAD + "from their_model import Net\n\nmodel = Net()\n" + sgd() + loop(steps=40)
    other.write_text(MODEL)
    script.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    with collect() as found, gainstage.watch(every=1) as watching, contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, str(script), "exec"), {"__name__": "__main__"})
    sys.modules.pop("their_model")
    sources = {str(script): text, str(other): MODEL}
    first = candidates(watching.diagnosis, found.places(), sources)[0]
    assert first.remedy == "drop-output-activation"
    (change,) = first.changes
    assert change.path == str(other)
    assert change.after == MODEL.replace("nn.Softmax(dim=1)", "nn.Identity()")


def test_a_trainer_with_closures(tmp_path: Path) -> None:
    sick = run(HEAD + LIGHTNING, tmp_path)
    assert sick.finding("GS101") is not None
    (candidate, *_) = sick.remedy("zero-bias")
    assert "self.net[0].bias" in candidate.changes[0].after
    again = cured(sick, candidate, tmp_path)
    assert again.finding("GS101") is None


def test_a_loop_by_hand(tmp_path: Path) -> None:
    sick = run(HEAD + BY_HAND, tmp_path)
    assert sick.finding("GS403") is not None, [finding.code for finding in sick.diagnosis.findings]
    again = cured(sick, sick.remedy("rescale-weights")[0], tmp_path)
    assert again.finding("GS403") is None


def functional(body: str) -> str:
    return f"""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two, self.act = nn.Linear(8, 32), nn.Linear(32, 2), nn.ReLU()

    def forward(self, x):
{body}


model = Net()
"""


SHARED = {
    "one module for all": "        x = self.act(self.one(x))\n        return self.act(self.two(x))",
    "one line": "        return F.relu(self.two(F.relu(self.one(x))))",
    "methods": "        x = self.one(x).relu()\n        return self.two(x).relu()",
}


@pytest.mark.parametrize("body", SHARED.values(), ids=list(SHARED))
def test_only_the_output_loses_its_activation(body: str, tmp_path: Path) -> None:
    text = HEAD + "y = X[:, :2] * 3 - 1\n" + functional(body) + sgd(0.01) + loop("F.mse_loss(model(X[i]), y[i])")
    sick = run(text, tmp_path)
    code = next(finding.code for finding in sick.diagnosis.findings if finding.code in ("GS502", "GS504"))
    found = sick.remedy("linear-output")
    if not found:
        assert any(candidate.by_hand for candidate in sick.candidates() if candidate.remedy == "linear-output")
        return
    again = cured(sick, found[0], tmp_path)
    assert again.finding(code) is None
    assert hidden_relus(again) == 1


def hidden_relus(seen: Seen) -> int:
    return sum(site.function == "relu" for site in seen.diagnosis.run.sites)


def test_gradients_that_are_used_by_hand_are_cleared_where_they_are_used() -> None:
    loop = "for step in x:\n    l.backward()\n    for p in (w, b):\n        p -= rate * p.grad\n    v += v.grad\n"
    script = Script("train.py", loop)
    patch = cleared_behind(script, script.tree)
    assert patch is not None
    assert patch.text().splitlines()[2:] == [
        "    for p in (w, b):",
        "        p -= rate * p.grad",
        "        p.grad = None",
        "    v += v.grad",
        "    v.grad = None",
    ]
    inside = Script("train.py", "f([p.grad for p in model])\n")
    assert cleared_behind(inside, inside.tree) is None  # the name is gone behind the comprehension


def test_a_reentrant_checkpoint_is_a_cut(tmp_path: Path) -> None:
    body = "        x = F.relu(checkpoint(self.one, x, use_reentrant=True))\n        return self.two(x)"
    text = HEAD + "from torch.utils.checkpoint import checkpoint\n" + functional(body) + sgd() + loop()
    sick = run(text, tmp_path)
    (candidate, *_) = [found for found in sick.candidates() if "use_reentrant=False" in found.changes[0].after]
    assert sick.finding("GS203") is not None and cured(sick, candidate, tmp_path).finding("GS203") is None
