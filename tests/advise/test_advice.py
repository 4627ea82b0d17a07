"""Advice: theory's part is recomputed here by other means, and follows when the question changes."""

from __future__ import annotations

import math
from itertools import product
from typing import get_args

import numpy as np
import pytest

from gainstage.advice.advise import advise
from gainstage.advice.answer import Advice, Certainty
from gainstage.advice.chain import lost, reach, recipe
from gainstage.advice.question import Architecture, Question, Task
from gainstage.comparison.options import Options, checked, names
from gainstage.errors import GainstageError
from gainstage.theory.propagation import propagate


def about(topic: str, question: Question) -> Advice:
    (found,) = [advice for advice in advise(question).advice if advice.topic == topic]
    return found


@pytest.mark.parametrize(("task", "architecture"), list(product(get_args(Task), get_args(Architecture))))
def test_every_question_is_answered_with_reason_source_and_certainty(task: Task, architecture: Architecture) -> None:
    answer = advise(Question(task, architecture, depth=3, width=64))
    topics = [advice.topic for advice in answer.advice]
    assert len(topics) == len(set(topics))
    assert {"output", "loss", "inputs", "activation", "initialisation", "learning-rate", "warm-up"} <= set(topics)
    for advice in answer.advice:
        assert advice.certainty in get_args(Certainty)
        assert any(year.strip("(),;").isdigit() for year in advice.source.split()), advice.source
        assert advice.reason.endswith(".")
        assert all(math.isfinite(number) for number in advice.numbers.values()), advice


@pytest.mark.parametrize("question", [Question("binary", depth=20), Question("multiclass", "transformer", depth=3)])
def test_the_trial_is_one_that_compare_takes(question: Question) -> None:
    command = advise(question).trial.split()
    assert command[:2] == ["gainstage", "compare"] and command[-1] == "train.py"
    given = dict(zip(command[2:-1:2], command[3:-1:2], strict=True))
    checked(Options(names(given["--activations"]), names(given["--inits"])))


def test_the_gain_is_that_of_a_simulated_network() -> None:
    """With the advised gain random networks keep their signal; with torch's own they lose what is said."""
    numbers = about("initialisation", Question("binary", depth=12, width=256)).numbers
    with_gain, default = (propagate("relu", depth=12, width=256, recipe=r, seeds=3) for r in ("gain", "torch"))
    assert numbers["gain"] == pytest.approx(math.sqrt(2))
    assert numbers["gradient_db"] == pytest.approx(with_gain.gradient_db.simulated, abs=4)
    assert numbers["default_gradient_db"] == pytest.approx(default.gradient_db.simulated, abs=4)
    assert numbers["default_gradient_db"] == pytest.approx(12 * 10 * math.log10(1 / 6), abs=0.01)


def test_how_far_a_chain_gets_follows_its_first_order_drift() -> None:
    """ReLU: E f^4 / (E f^2)^2 - 1 = 5, neutral, so that the drift is sqrt(5 L / n); it counts as lost at 1.5."""
    for width in (64, 256):
        assert reach("relu", width) == math.floor(1.5**2 * width / 5)
    assert reach("gelu", 256) < reach("gelu", 4096) < reach("relu", 4096)
    assert reach("sigmoid", 10**6) == math.floor(20 / 8.158)  # by its gradient, whatever the width


def test_depth_decides_about_residual_paths() -> None:
    shallow, deep = (Question("binary", depth=depth, width=64, normalisation="none") for depth in (20, 40))
    assert about("residual", shallow).choice == "none" and not about("residual", shallow).matters
    assert about("residual", deep).choice != "none" and about("residual", deep).matters
    wider = Question("binary", depth=40, width=256, normalisation="none")
    assert about("residual", wider).choice == "none"


def test_a_chain_that_its_gain_does_not_hold_starts_on_the_edge_of_chaos() -> None:
    assert (recipe("tanh", 20, 256), recipe("tanh", 40, 256)) == ("gain", "critical")
    question = Question("binary", depth=40, activation="tanh", normalisation="none", residual=False)
    found = about("initialisation", question)
    assert found.numbers["gain"] == pytest.approx(1.0)
    assert abs(found.numbers["gradient_db"]) < 20 < abs(lost("tanh", "gain", "plain", 40, 256).gradient_db)


def test_behind_a_normalisation_weights_do_not_matter_and_it_is_said() -> None:
    found = about("initialisation", Question("multiclass", "cnn", depth=6, residual=False))
    assert not found.matters
    assert found.numbers["gradient_db"] == pytest.approx(found.numbers["default_gradient_db"], abs=0.5)


def test_branches_divided_by_the_root_of_the_depth() -> None:
    question = Question("binary", "mlp", depth=30, normalisation="none", residual=True)
    numbers = about("initialisation", question).numbers
    assert numbers["divided_gradient_db"] == pytest.approx(30 * 10 * math.log10(1 + 1 / 30))
    assert numbers["gradient_db"] > 60


@pytest.mark.parametrize(("classes", "first"), [(10, 2.302585), (1000, 6.907755)])
def test_the_first_loss_and_the_floor_of_two_softmaxes(classes: int, first: float) -> None:
    question = Question("multiclass", classes=classes)
    assert about("targets", question).numbers["first_loss"] == pytest.approx(first)
    logits = np.zeros(classes)
    logits[0] = 1.0  # what a first softmax hands on at best
    floor = -math.log(math.e / np.exp(logits).sum())
    assert about("output", question).numbers["least_loss_of_two"] == pytest.approx(floor)


def test_what_a_squared_error_loses_is_its_derivative() -> None:
    def squared(z: float) -> float:
        return (1 / (1 + math.exp(-z)) - 1) ** 2

    slope = abs(squared(-10 + 1e-4) - squared(-10 - 1e-4)) / 2e-4
    logit_loss = 1 - 1 / (1 + math.exp(10))
    expected = 20 * math.log10(slope / logit_loss)
    numbers = about("loss", Question("binary")).numbers
    assert numbers["squared_error_gradient_db"] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("low", "high", "matters"), [(0.0, 100.0, True), (-1.5, 1.5, False), (1000.0, 1001.0, True), (0.0, 1e-3, True)]
)
def test_targets_are_scaled_where_their_size_is_not_the_outputs(low: float, high: float, matters: bool) -> None:
    found = about("targets", Question("regression", targets=(low, high)))
    assert found.matters is matters
    targets = np.linspace(low, high, 100_001)
    fresh = (targets**2).mean() + 1  # against outputs of mean 0 and variance 1
    assert found.numbers["first_loss_over_constant"] == pytest.approx(fresh / targets.var(), rel=1e-3)


def test_adams_first_step_is_its_rate() -> None:
    torch = pytest.importorskip("torch")
    numbers = about("learning-rate", Question("binary", width=256, depth=3)).numbers
    torch.manual_seed(0)
    layer = torch.nn.Linear(256, 256)
    torch.nn.init.normal_(layer.weight, std=math.sqrt(2 / 256))
    before = layer.weight.detach().clone()
    optimizer = torch.optim.Adam(layer.parameters(), numbers["learning_rate"])
    layer(torch.randn(8, 256)).square().sum().backward()
    optimizer.step()
    ratio = float((layer.weight.detach() - before).norm() / before.norm())
    assert numbers["first_update_ratio"] == pytest.approx(ratio, rel=0.02)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (Question("ranking"), "multilabel"),  # type: ignore[arg-type]
        (Question("binary", "mpl"), "mlp"),  # type: ignore[arg-type]
        (Question("binary", targets=(0, 1)), "regression"),
        (Question("regression", targets=(1, 0)), "smaller one first"),
        (Question("regression", classes=3), "does not fit"),
        (Question("binary", classes=3), "multiclass"),
        (Question("binary", depth=10**6), "1000"),
        (Question("binary", activation="rellu"), "relu"),
        (Question("binary", activation="softmax"), "elementwise"),
    ],
)
def test_nonsense_is_refused_with_what_was_expected(question: Question, told: str) -> None:
    with pytest.raises(GainstageError, match=told):
        advise(question)
