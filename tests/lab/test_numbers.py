"""The panels' numbers, held against invariances and against what the package computes elsewhere."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gainstage.construct.unit import unit
from gainstage.functions.arrays import sigmoid
from gainstage.functions.catalogue import get
from gainstage.lab import chain, neuron, softmax, towers
from gainstage.lab.controls import read
from gainstage.lab.functions import proved, torn
from gainstage.lab.panels import PANELS
from gainstage.theory.propagation import propagate

LOGITS = st.lists(st.floats(-8, 8), min_size=2, max_size=5).map(np.array)
TEMPERATURE = st.sampled_from(softmax.TEMPERATURES)


def settings_of(name: str, **changed: object) -> dict[str, object]:
    query = {key: str(value) for key, value in changed.items()}
    return {**read(PANELS[name].controls(query), query).values}


@given(LOGITS, TEMPERATURE, st.floats(-100, 100))
def test_softmax_is_a_share_that_no_shift_changes(logits, temperature, shift) -> None:
    found = softmax.softmax(logits, temperature)
    assert found.sum() == pytest.approx(1.0, rel=1e-14)
    np.testing.assert_allclose(softmax.softmax(logits + shift, temperature), found, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(softmax.softmax(logits / temperature, 1.0), found, rtol=1e-12)


@given(st.floats(-8, 8), st.floats(-8, 8), TEMPERATURE)
def test_softmax_of_two_is_the_sigmoid_of_the_difference(first, second, temperature) -> None:
    (share, _) = softmax.softmax(np.array([first, second]), temperature)
    assert share == pytest.approx(float(sigmoid(np.array((first - second) / temperature))), rel=1e-12)


@given(LOGITS, st.sampled_from((0.5, 1.0, 2.0, 10.0)))
def test_the_gradient_is_that_of_the_loss(logits, temperature) -> None:
    found = softmax.outcome(logits, temperature, 0)
    assert found.gradient.sum() == pytest.approx(0.0, abs=1e-12)
    for n in range(len(logits)):
        moved = [logits + sign * 1e-5 * np.eye(len(logits))[n] for sign in (1, -1)]
        ends = [softmax.outcome(each, temperature, 0).loss for each in moved]
        assert found.gradient[n] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-6)
    assert -1e-12 <= found.entropy <= math.log(len(logits)) + 1e-12


def test_a_chain_is_what_the_theory_and_its_networks_say() -> None:
    values = settings_of("chain", activation="tanh", depth=6, width=16, init="lecun")
    (job,) = chain.jobs(values)
    theory, drawn = job.call(*job.arguments), chain.drawn(*job.arguments)
    expected = propagate("tanh", depth=6, width=16, recipe="lecun", seeds=chain.NETWORKS)
    assert theory.levels.predicted.signal == tuple(rung.signal_db.predicted for rung in expected.rungs)
    for kind in ("signal", "gradient"):
        sides = [np.array(getattr(side, kind)) for side in (theory.levels.low, theory.levels.high)]
        line = np.array(getattr(drawn, kind))
        assert (sides[0] - 1e-9 <= line).all() and (line <= sides[1] + 1e-9).all()


def test_a_chain_that_loses_names_what_would_hold_it() -> None:
    values = settings_of("chain", activation="relu", depth=20, width=16)
    (job,) = chain.jobs(values)
    theory = job.call(*job.arguments)
    start, block = theory.remedy
    held = settings_of("chain", activation="relu", depth=20, width=16, init=start, block=block)
    (job,) = chain.jobs(held)
    assert job.call(*job.arguments).remedy is None
    assert f"init={start}" in chain.draw(values, {"theory": theory})["remedy"]


def test_a_neuron_follows_the_gradient_of_its_loss() -> None:
    values = settings_of("neuron", activation="tanh", target="0.5", rate="0.01")
    function = get("tanh")
    course = neuron.trained(function, values)
    inputs = course.sums[0] / course.weight[0] - course.bias[0] / course.weight[0]

    def loss(weight: float, bias: float) -> float:
        return float(0.5 * ((function.value(weight * inputs + bias) - 0.5) ** 2).mean())

    w, b, step = float(course.weight[0]), float(course.bias[0]), 1e-6
    slope = (loss(w + step, b) - loss(w - step, b)) / (2 * step), (loss(w, b + step) - loss(w, b - step)) / (2 * step)
    assert (w - course.weight[1]) / 0.01 == pytest.approx(slope[0], abs=1e-7)
    assert (b - course.bias[1]) / 0.01 == pytest.approx(slope[1], abs=1e-7)


def test_a_relu_dies_stays_dead_and_is_revived_by_its_inputs() -> None:
    relu, dying = get("relu"), settings_of("neuron")
    course = neuron.trained(relu, dying)
    states = [neuron.state(relu, float(value)) for value in course.transmission]
    assert states[0] == "alive" and states[-1] == "dead"
    died = states.index("dead")
    assert set(states[died:]) == {"dead"}
    assert len(set(course.weight[died:])) == 1
    assert f"dead since step {died}" in neuron.sentence(relu, course, neuron.STEPS)
    moved = neuron.trained(relu, {**dying, "shift": 3.0})
    assert neuron.state(relu, float(moved.transmission[neuron.STEPS // 2])) == "alive"
    assert "revives it at step 60" in neuron.sentence(relu, moved, died)


def test_a_sigmoid_saturates_and_a_leak_comes_back() -> None:
    sigmoid_, leaky = get("sigmoid"), get("leaky_relu", {"negative_slope": 0.1})
    course = neuron.trained(sigmoid_, settings_of("neuron", activation="sigmoid", b="-9", target="0.8"))
    assert neuron.state(sigmoid_, float(course.transmission[0])) == "saturated"
    course = neuron.trained(leaky, settings_of("neuron", b="-6", target="1", rate="1"))
    assert course.passing[0] == 1.0
    assert course.output[-1] == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "gelu"])
@pytest.mark.parametrize("count", [8, 64])
def test_the_network_is_as_good_as_the_staircase_or_polyline_it_is_made_of(count: int, name: str, equal: bool) -> None:
    asked = ("formula", "sin(3*x)", 0.0, 2.0)
    built = towers.build(towers.sampled(*asked), towers.value(*asked[:2]), unit(name), count, 1.0, equal)
    expected = towers.errors(*asked, name)[0 if equal else 1][towers.COUNTS.index(count)]
    assert built.network.units[0] <= count + 1
    assert built.error == pytest.approx(float(np.abs(built.network(built.x[:, None]) - np.sin(3 * built.x)).max()))
    assert built.error == pytest.approx(expected, rel=0.1)


def test_more_towers_err_less_and_soft_ones_more() -> None:
    samples, wanted = towers.sampled("formula", "x", 0.0, 1.0), towers.value("formula", "x")
    few, many = (towers.build(samples, wanted, unit("sigmoid"), n, 1.0, True).error for n in (10, 100))
    assert few == pytest.approx(0.05, rel=0.05) and many == pytest.approx(0.005, rel=0.05)
    assert towers.build(samples, wanted, unit("sigmoid"), 100, 1 / 256, True).error > 2 * many


def test_a_bound_that_is_proved_holds() -> None:
    tolerance, bound, units = towers.proved("cos(x)", 0.0, 3.0, 8, "sigmoid")
    assert bound <= tolerance < 0.5 and 4 <= units <= 16


def test_properties_of_set_parameters_are_proved_and_of_formulas_sampled() -> None:
    assert proved("leaky_relu", (("negative_slope", 0.25),))["lipschitz"].proof == "certified"
    assert proved("own", (("f", "max(x, 0)"),))["lipschitz"].proof == "numerical"


def test_a_curve_is_not_drawn_across_a_jump() -> None:
    x = np.linspace(-1, 1, 201) + 0.003
    step, ramp = get("binary_step"), get("relu")
    assert np.isnan(torn(step, x, step.value(x))).sum() == 1
    assert not np.isnan(torn(ramp, x, ramp.value(x))).any()
