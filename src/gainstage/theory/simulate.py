"""Random networks of finite width, drawn and measured with NumPy: what the theory's predictions are held against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainstage.errors import GainstageError
from gainstage.functions.function import Array, Function
from gainstage.theory.start import Start
from gainstage.theory.wiring import WIRINGS, Drawn, Step, Wiring

MOST_WEIGHTS = 250_000_000  # kept until the gradient comes back: 2 GB


@dataclass(frozen=True, slots=True)
class Simulated:
    """Powers measured in random networks: arrays of shape (seeds, depth + 1), or (seeds, depth) for ``received``.

    Column 0 is the input, column l what comes out of block l. ``signal`` is the mean over the units of the variance
    over the examples, ``power`` the mean square, ``gradient`` the mean square of the gradient there of a random linear
    loss, and ``received`` the mean square of what the activation of each block receives.
    """

    signal: Array
    power: Array
    gradient: Array
    received: Array


def simulate(
    function: Function,
    start: Start,
    *,
    depth: int,
    width: int,
    block: str = "plain",
    input_variance: float = 1.0,
    examples: int = 64,
    seeds: int = 3,
    seed: int = 0,
) -> Simulated:
    """Draw ``seeds`` networks of ``depth`` blocks and send independent normal examples through, both ways.

    Args:
        function: the activation, elementwise.
        start: how weights and biases are drawn.
        depth: number of blocks.
        width: units in each layer, of the input too.
        block: how a block is wired: a key of ``theory.blocks.BLOCKS``.
        input_variance: of every entry of the input.
        examples: number of inputs.
        seeds: number of networks.
        seed: of the first network; the same gives the same numbers.

    Raises:
        GainstageError: no block of this name, or a size that is not positive.
    """
    sizes = {"depth": depth, "width": width, "examples": examples, "seeds": seeds}
    for name, size in sizes.items():
        if size < (2 if name == "examples" else 1):
            raise GainstageError(f"{name}={size}: expected a positive whole number, 2 examples at least")
    if depth * width**2 > MOST_WEIGHTS:
        room = 8 * depth * width**2 / 1e9
        raise GainstageError(
            f"depth={depth}, width={width}: the weights take {room:.0f} GB; choose smaller ones (2 GB)"
        )
    if block not in WIRINGS:
        raise GainstageError(f"no block {block!r}; expected one of {', '.join(WIRINGS)}")
    shape = (examples, width)
    generators = [np.random.default_rng(seed + number) for number in range(seeds)]
    inputs = [generator.standard_normal(shape) * np.sqrt(input_variance) for generator in generators]
    with np.errstate(over="ignore", invalid="ignore"):
        runs = [
            _levels(*_through(WIRINGS[block], function, start, depth, x, generator), generator)
            for x, generator in zip(inputs, generators, strict=True)
        ]
    return Simulated(*(np.array(rows) for rows in zip(*runs, strict=True)))


def _through(
    wired: Wiring, function: Function, start: Start, depth: int, x: Array, generator: np.random.Generator
) -> tuple[list[Array], list[Step]]:
    """The input and what comes out of each block; and the blocks."""
    layers, steps = [x], []
    for layer in range(depth):
        weights = matrix(start.drawn, start.weights(layer), x.shape[1], generator)
        bias = _biases(start, x.shape[1], generator)
        steps.append(wired(Drawn(function, weights, bias), layers[-1]))
        layers.append(steps[-1].output)
    return layers, steps


def _levels(layers: list[Array], steps: list[Step], generator: np.random.Generator) -> tuple[list[float], ...]:
    gradients = [generator.standard_normal(layers[-1].shape)]
    for step in reversed(steps):
        gradients.append(step.backward(gradients[-1]))
    signal, power = [_signal(x) for x in layers], [_power(x) for x in layers]
    return signal, power, [_power(g) for g in reversed(gradients)], [_power(step.received) for step in steps]


def _signal(x: Array) -> float:
    return float(x.var(axis=0, ddof=1).mean())


def _power(x: Array) -> float:
    return float((x**2).mean())


def matrix(drawn: str, sigma_w: float, width: int, generator: np.random.Generator) -> Array:
    """A matrix (fan_in, fan_out) whose entries have standard deviation sigma_w / sqrt(width), as ``Start`` says."""
    if drawn == "uniform":
        reach = sigma_w * np.sqrt(3 / width)
        return generator.uniform(-reach, reach, (width, width))
    entries = generator.standard_normal((width, width))
    if drawn == "normal":
        return entries * sigma_w / np.sqrt(width)
    orthogonal, triangle = np.linalg.qr(entries)
    return orthogonal * np.sign(np.diag(triangle)) * sigma_w  # the signs make it uniform (Mezzadri 2007)


def _biases(start: Start, width: int, generator: np.random.Generator) -> Array:
    if start.drawn == "uniform":
        return generator.uniform(-1, 1, width) * start.sigma_b * np.sqrt(3)
    return generator.standard_normal(width) * start.sigma_b
