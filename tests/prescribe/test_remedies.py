"""Every remedy on a small training that needs it: the patched script runs, and what was found is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from more_patients import MORE
from patients import HEAD, MLP, Patient, cured, deep, loop, net, run, sgd

from gainstage.prescribe.choose import makers

START = "with torch.no_grad():\n    "
PATIENTS = [
    Patient("lower-learning-rate", "GS301", HEAD + MLP + sgd(50.0) + loop()),
    Patient("clip-gradient", "GS204", HEAD + MLP + sgd(0.05) + loop().replace(
        "    optimizer.zero_grad()", "    scale = 3000.0 if step == 40 else 1.0\n    optimizer.zero_grad()").replace(
        "model(X[i])", "model(X[i] * scale)")),
    Patient("raise-learning-rate", "GS302", HEAD + MLP + sgd(1e-7) + loop()),
    Patient("reinitialise", "GS402", HEAD + deep("nn.Tanh()", 6)
            + "for p in model.parameters():\n    nn.init.normal_(p, std=0.01)\n" + sgd() + loop()),
    Patient("swap-activation", "GS201", HEAD + deep("nn.Sigmoid()", 10) + sgd() + loop()),
    Patient("zero-bias", "GS101", HEAD + MLP + START + "model[0].bias.fill_(-30.0)\n" + sgd() + loop()),
    Patient("leaky-activation", "GS101", HEAD + MLP + START + "model[0].bias.fill_(-30.0)\n" + sgd() + loop()),
    Patient("rescale-weights", "GS403", HEAD + deep("nn.ReLU()", 3)
            + START + "for p in model.parameters(): p.mul_(30)\n" + sgd(1e-6) + loop()),
    Patient("drop-output-activation", "GS501", HEAD + net(output="F.softmax(self.two(x), dim=1)") + sgd() + loop()),
    Patient("zero-grad", "GS304", HEAD + MLP + sgd() + loop().replace("    optimizer.zero_grad()\n", "")),
    Patient("zero-grad-before-backward", "GS203", HEAD + MLP + sgd()
            + loop().replace("    optimizer.zero_grad()\n", "").replace(
                "    optimizer.step()", "    optimizer.zero_grad()\n    optimizer.step()")),
    Patient("call-step", "GS203", HEAD + MLP + sgd() + loop().replace("    optimizer.step()\n", "")),
    Patient("keep-the-graph", "GS203", HEAD + net("F.relu(self.one(x)).detach()") + sgd() + loop()),
    Patient("unfreeze", "GS203", HEAD + MLP + "model[0].requires_grad_(False)\n" + sgd(0.01) + loop()),
    Patient("give-to-optimizer", "GS203", HEAD
            + "body = nn.Sequential(nn.Linear(8, 2), nn.Tanh())\nhead = nn.Linear(2, 2)\n"
            + "optimizer = torch.optim.SGD(head.parameters(), lr=0.1)"
            + loop("F.cross_entropy(head(body(X[i])), y[i])")),
    Patient("add-activation", "GS106", HEAD + "model = nn.Sequential(nn.Linear(8, 32), nn.Linear(32, 2))\n" + sgd()
            + loop()),
    Patient("linear-output", "GS502", HEAD + "y = 50 * X[:, :1] + 20\n" + net(output="torch.tanh(self.two(x))")
            .replace("(32, 2)", "(32, 1)") + sgd(1e-4) + loop("F.mse_loss(model(X[i]), y[i])")),
    Patient("standardise-inputs", "GS601", HEAD + "X = X * 500 + 3000\n" + MLP + sgd(0.01) + loop()),
    Patient("normalise-first", "GS601", HEAD + "X = X * 500 + 3000\n" + MLP + sgd(0.01) + loop()),
    Patient("standardise-targets", "GS605", HEAD + "y = 5e4 * X[:, :1] + 3e5\n" + MLP.replace("(32, 2)", "(32, 1)")
            + "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)" + loop("F.mse_loss(model(X[i]), y[i])")),
    Patient("match-shapes", "GS505", HEAD + "y = X[:, 0] + X[:, 1]\n" + MLP.replace("(32, 2)", "(32, 1)") + sgd(0.01)
            + loop("F.mse_loss(model(X[i]), y[i])")),
    Patient("log-softmax", "GS501", HEAD + net(output="torch.softmax(self.two(x), dim=1)") + sgd()
            + loop("F.nll_loss(model(X[i]), y[i])")),
    Patient("cross-entropy", "GS501", HEAD + MLP + sgd(0.01) + loop("F.nll_loss(model(X[i]), y[i])")),
    Patient("sigmoid-output", "GS503", HEAD + "y = y.float()[:, None]\n"
            + "model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1), nn.Softmax(dim=1))\n" + sgd()
            + loop("F.binary_cross_entropy(model(X[i]), y[i])")),
    Patient("clean-data", "GS701", HEAD + "X[::50, 3] = float('nan')\n" + MLP + sgd() + loop()),
    Patient("guard-operation", "GS701", HEAD + MLP + "X = X * 0\n" + sgd()
            + loop("torch.sqrt(model(X[i]).sum() * 0) + F.cross_entropy(model(X[i]), y[i])")),
]  # fmt: skip


@pytest.mark.parametrize("patient", [*PATIENTS, *MORE], ids=lambda patient: f"{patient.remedy}-{patient.code}")
def test_a_patient_is_cured(patient: Patient, tmp_path: Path) -> None:
    sick = run(patient.text, tmp_path)
    assert sick.finding(patient.code) is not None, [(f.code, f.name) for f in sick.diagnosis.findings]
    found = sick.remedy(patient.remedy)
    assert len(found) > patient.position, [candidate.remedy for candidate in sick.candidates()]
    again = cured(sick, found[patient.position], tmp_path)
    left = again.finding(patient.code)
    assert left is None or left.severity == "info", left.text


def test_every_remedy_has_a_patient() -> None:
    treated = {makers()[patient.remedy] for patient in (*PATIENTS, *MORE)}
    assert {name for name, maker in makers().items() if maker not in treated} == set()
