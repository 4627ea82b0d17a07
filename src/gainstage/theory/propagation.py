"""A chain of equal blocks: what the theory predicts of every level in it, beside random networks of finite width."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gainstage.errors import GainstageError
from gainstage.functions.function import Array, Function
from gainstage.theory.blocks import BLOCKS, State
from gainstage.theory.gains import Gain, gain
from gainstage.theory.resolve import Activation, resolve
from gainstage.theory.simulate import Simulated, simulate
from gainstage.theory.start import Start, start


@dataclass(frozen=True, slots=True)
class Level:
    """One quantity at one place: predicted, and median, least and largest over the simulated networks."""

    predicted: float
    simulated: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rung:
    """One block: what its activation receives, and the levels at its output and input in dB.

    Attributes:
        number: counted from 1 at the input.
        variance: mean square of what the activation receives.
        signal_db: of the part that depends on the example, at the block's output over the chain's input.
        gradient_db: of the gradient at the block's input over the chain's output.
    """

    number: int
    variance: Level
    signal_db: Level
    gradient_db: Level


@dataclass(frozen=True, slots=True)
class Propagation:
    """A whole chain, predicted and simulated."""

    function: Function
    gain: Gain
    start: Start
    block: str
    depth: int
    width: int
    bias: bool
    input_variance: float
    seeds: int
    rungs: tuple[Rung, ...]

    @property
    def signal_db(self) -> Level:
        """What the chain does to the signal from end to end."""
        return self.rungs[-1].signal_db

    @property
    def gradient_db(self) -> Level:
        """What the chain does to the gradient from end to end."""
        return self.rungs[0].gradient_db


def propagate(
    activation: Activation,
    parameters: Mapping[str, Any] | None = None,
    *,
    depth: int = 50,
    width: int = 256,
    recipe: str = "torch",
    block: str = "plain",
    bias: bool = False,
    input_variance: float = 1.0,
    seeds: int = 3,
) -> Propagation:
    """Predict every level of a chain of ``depth`` equal blocks, and measure it in ``seeds`` random networks.

    Args:
        activation: a name of the catalogue or any elementwise callable.
        parameters: for names: parameters other than the defaults.
        depth: number of blocks.
        width: units of every layer, of the input too.
        recipe: how weights are drawn, see ``theory.start.start``.
        block: ``plain``, ``residual``, ``norm``, ``pre-norm`` or ``post-norm``.
        bias: whether the layers have biases; of the recipes only ``torch`` and ``critical`` draw them.
        input_variance: of the inputs, which are independent and normal.
        seeds: how many networks are drawn; the same number gives the same networks.

    Raises:
        GainstageError: an unknown name, or a size or variance that is not positive.
    """
    if not 0 < input_variance < math.inf:
        raise GainstageError(f"input_variance={input_variance:g}: expected a positive number")
    function = resolve(activation, parameters)
    drawn = start(recipe, function, width, bias=bias)
    measured = simulate(
        function, drawn, depth=depth, width=width, block=block, input_variance=input_variance, seeds=seeds
    )
    rungs = _rungs(predict(function, drawn, block, depth, input_variance), measured)
    return Propagation(function, gain(function), drawn, block, depth, width, bias, input_variance, seeds, rungs)


@dataclass(frozen=True, slots=True)
class Predicted:
    """Infinite width: the input and what comes out of each block, what activations receive, the gradient's ratios."""

    states: tuple[State, ...]
    received: tuple[State, ...]
    ratios: tuple[float, ...]

    @property
    def signal_db(self) -> float:
        """From end to end."""
        return decibels(self.states[-1].signal / self.states[0].signal)

    @property
    def decibels(self) -> tuple[float, ...]:
        """What each block does to the gradient."""
        return tuple(decibels(ratio) for ratio in self.ratios)

    @property
    def gradient_db(self) -> float:
        """From end to end."""
        return sum(self.decibels)


def predict(function: Function, start: Start, block: str, depth: int, input_variance: float = 1.0) -> Predicted:
    """Send a normal input through ``depth`` blocks of infinite width, and a gradient back."""
    states, received, ratios = [State(input_variance)], [], []
    for layer in range(depth):
        wired = BLOCKS[block](function, start.weights(layer), start.sigma_b)
        received.append(wired.received(states[-1]))
        ratios.append(wired.backward(states[-1]))
        states.append(wired.forward(states[-1]))
    return Predicted(tuple(states), tuple(received), tuple(ratios))


def _rungs(expected: Predicted, measured: Simulated) -> tuple[Rung, ...]:
    signal = _decibels(np.array([state.signal for state in expected.states[1:]]) / expected.states[0].signal)
    gradient = np.cumsum(_decibels(np.array(expected.ratios))[::-1])[::-1]
    simulated = _decibels(measured.signal[:, 1:] / measured.signal[:, :1])
    back = _decibels(measured.gradient[:, :-1] / measured.gradient[:, -1:])
    return tuple(
        Rung(
            number + 1,
            _level(expected.received[number].power, measured.received[:, number]),
            _level(float(signal[number]), simulated[:, number]),
            _level(float(gradient[number]), back[:, number]),
        )
        for number in range(len(signal))
    )


def _level(predicted: float, measured: Array) -> Level:
    return Level(predicted, float(np.median(measured)), float(measured.min()), float(measured.max()))


def decibels(ratio: float) -> float:
    """10 log10 of a ratio of powers; minus infinity for 0."""
    return 10 * math.log10(ratio) if ratio > 0 else -math.inf


def _decibels(ratios: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return 10 * np.log10(ratios)
