"""Candidates from a script's source, and scripts that have none."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from patients import run

from gainstage.comparison.options import Options, checked, names, numbers
from gainstage.comparison.variants import variants
from gainstage.errors import GainstageError
from gainstage.prescribe.case import Case

SCRIPT = """
import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(64, 8)
y = (x[:, 0] > 0).long()
net = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for step in range(4):
    optimizer.zero_grad()
    nn.functional.cross_entropy(net(x), y).backward()
    optimizer.step()
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return case_of(SCRIPT, tmp_path_factory.mktemp("script"))


def case_of(text: str, folder: Path) -> Case:
    seen = run(text, folder)
    assert seen.error is None
    return Case(seen.diagnosis, seen.places, {seen.path: seen.text})


def test_every_arm_comes_at_every_rate_and_the_script_itself_is_one(case: Case) -> None:
    able, left = variants(case, Options(("tanh", "relu"), ("default",)))
    assert not left
    assert [(one.arm.name, one.factor) for one in able] == [
        (name, factor) for name in ("tanh", "relu") for factor in (0.3, 1.0, 3.0)
    ]
    assert able[1].changes == () and able[1].rate == 0.1
    (text,) = able[4].texts.values()
    assert text == SCRIPT.replace("nn.Tanh()", "nn.ReLU()")
    (text,) = able[5].texts.values()
    assert text == SCRIPT.replace("nn.Tanh()", "nn.ReLU()").replace("lr=0.1", "lr=0.3")


def test_rates_may_be_given(case: Case) -> None:
    able, _ = variants(case, Options(("tanh",), ("default",), rates=(1e-3, 2.0)))
    assert [one.rate for one in able] == pytest.approx([1e-3, 2.0])
    assert ["lr=0.001" in "".join(one.texts.values()) for one in able] == [True, False]


@pytest.mark.parametrize(
    ("init", "line"),
    [
        ("critical", 'gainstage.init.critical_(layer, "relu")'),
        ("he", 'gainstage.init.he_(layer, "relu")'),
        ("lecun", "gainstage.init.lecun_(layer)"),
        ("fitted", "gainstage.init_(net)"),
    ],
)
def test_weights_are_drawn_to_fit_the_activation(case: Case, init: str, line: str) -> None:
    able, left = variants(case, Options(("relu",), (init,)))
    assert not left
    (text,) = able[1].texts.values()
    told = line.replace("layer", "parameter")
    assert told in text or line.replace("layer", "net[2]") in text or line.replace("layer", "net[4]") in text
    made: dict[str, object] = {}
    exec(compile(text, "train.py", "exec"), made)  # it is a training still


def test_first_and_last_layers_are_drawn_for_what_they_read(case: Case) -> None:
    able, _ = variants(case, Options(("relu",), ("he",)))
    (text,) = able[1].texts.values()
    assert 'he_(net[0], "linear")' in text and 'he_(parameter, "relu")' in text
    able, _ = variants(case, Options(("relu",), ("critical",)))
    (text,) = able[1].texts.values()
    assert "lecun_(net[4])" in text


def test_an_activation_without_such_an_initialisation_is_left_out_with_the_reason(case: Case) -> None:
    able, left = variants(case, Options(("tanh", "softplus"), ("critical",)))
    assert {one.arm.activation for one in able} == {"tanh"}
    assert [one.arm.name for one in left] == ["softplus, critical"] and "edge of chaos" in left[0].why


def test_a_script_without_hidden_activations_is_told_at_once(tmp_path: Path) -> None:
    linear = SCRIPT.replace("nn.Tanh(), ", "")
    with pytest.raises(GainstageError, match="no activation between layers"):
        variants(case_of(linear, tmp_path), Options())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options(("gelo",)), "did you mean 'gelu'"),
        (Options(("softmax",)), "none for hidden layers"),
        (Options(inits=("critial",)), "did you mean 'critical'"),
        (Options(rates=(-1.0,)), "expected positive numbers"),
        (Options(rates=(math.nan,)), "expected positive numbers"),
        (Options(seeds=1), "at least 2"),
        (Options(risk=1.5), "expected a probability"),
        (Options(("relu",), ("default",), rates=(0.1,)), "cannot be compared"),
        (Options(metric="acc=("), "no regular expression"),
    ],
)
def test_mistakes_are_told_before_anything_runs(options: Options, said: str) -> None:
    with pytest.raises(GainstageError, match=said):
        checked(options)


def test_names_as_people_write_them() -> None:
    assert names(" relu, gelu,") == ("relu", "gelu") and numbers("3e-4,1e-3") == (3e-4, 1e-3)
    assert checked(Options(("Swish", "RELU"))).activations == ("silu", "relu")
    with pytest.raises(GainstageError, match="could not convert"):
        numbers("3e-4,high")
