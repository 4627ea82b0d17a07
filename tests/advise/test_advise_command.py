"""``gainstage advise`` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gainstage.cli import main

SCRIPT = """
import torch
from torch import nn
torch.manual_seed(0)
inputs = torch.randn(400, 8)
targets = 50 + 20 * inputs[:, :1]
model = nn.Sequential(nn.Linear(8, 64), nn.Tanh(), nn.Linear(64, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), 1e-3)
for step in range(10**6):
    picked = torch.randint(0, 400, (32,))
    loss = nn.functional.mse_loss(model(inputs[picked]), targets[picked])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def test_the_text_says_how_sure_it_is_and_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["advise", "--task", "multiclass", "--classes", "10", "--depth", "20"]) == 0
    told = capsys.readouterr().out
    assert "multiclass of 10 classes, mlp: 20 stages of 256 units" in told
    for words in ("[proved]", "[computed]", "[rule of thumb]", "makes no difference here", "next: gainstage compare "):
        assert words in told


def test_json_holds_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["advise", "--task", "binary", "--no-residual", "--optimizer", "sgd", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "gainstage.advise/1"
    assert (document["question"]["residual"], document["question"]["depth"]) == (False, 4)
    keys = {"topic", "choice", "reason", "source", "certainty", "code", "numbers", "matters"}
    assert all(set(advice) == keys for advice in document["advice"])
    assert "optimizer" not in [advice["topic"] for advice in document["advice"]], "it is settled"


@pytest.mark.slow
def test_a_script_answers_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is watched for a few steps of its million, and then left."""
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(SCRIPT)
    assert main(["advise", "--json", "--optimizer", "adamw", "train.py"]) == 0
    asked = json.loads(capsys.readouterr().out)["question"]
    low, high = asked.pop("targets")
    assert low < 50 < high
    assert asked == {
        "task": "regression", "architecture": "mlp", "depth": 2, "width": 48, "classes": 0, "normalisation": "none",
        "residual": False, "optimizer": "adamw", "activation": "tanh", "script": ["train.py"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "told"),
    [([], "--task binary"), (["--task", "binry"], "binary"), (["--task", "regression", "--targets", "1"], "0,100")],
)
def test_a_wrong_use_says_what_is_meant(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["advise", *arguments]) == 2
    assert told in capsys.readouterr().err
