"""The blocks of ``theory.blocks`` on arrays: one random block forward, and its gradient back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gainstage.functions.function import Array, Function

Pullback = Callable[[Array], Array]  # the gradient at the output -> the gradient at the input


@dataclass(frozen=True, slots=True)
class Step:
    """What one block made of its input: arrays of shape (examples, units)."""

    output: Array
    received: Array
    backward: Pullback


@dataclass(frozen=True, slots=True)
class Drawn:
    """The activation, one matrix of weights (fan_in, fan_out) and one vector of biases."""

    function: Function
    weights: Array
    bias: Array

    def affine(self, x: Array) -> tuple[Array, Pullback]:
        """x W + b."""
        return x @ self.weights + self.bias, lambda gradient: gradient @ self.weights.T

    def activated(self, x: Array) -> tuple[Array, Pullback]:
        """f(x)."""
        slope = self.function.derivative(x)
        return self.function.value(x), lambda gradient: gradient * slope


def normalised(x: Array) -> tuple[Array, Pullback]:
    """x over its root mean square across the units."""
    size = np.sqrt((x**2).mean(axis=1, keepdims=True))
    y = x / size
    return y, lambda gradient: (gradient - y * (gradient * y).mean(axis=1, keepdims=True)) / size


def plain(drawn: Drawn, x: Array) -> Step:
    """f(x W + b)."""
    z, affine_back = drawn.affine(x)
    y, activation_back = drawn.activated(z)
    return Step(y, z, lambda gradient: affine_back(activation_back(gradient)))


def norm(drawn: Drawn, x: Array) -> Step:
    """f(normalised(x W + b))."""
    z, affine_back = drawn.affine(x)
    received, norm_back = normalised(z)
    y, activation_back = drawn.activated(received)
    return Step(y, received, lambda gradient: affine_back(norm_back(activation_back(gradient))))


def residual(drawn: Drawn, x: Array) -> Step:
    """x + f(x) W + b."""
    y, activation_back = drawn.activated(x)
    branch, affine_back = drawn.affine(y)
    return Step(x + branch, x, lambda gradient: gradient + activation_back(affine_back(gradient)))


def pre_norm(drawn: Drawn, x: Array) -> Step:
    """x + f(normalised(x)) W + b."""
    received, norm_back = normalised(x)
    inner = residual(drawn, received)
    return Step(
        x + inner.output - received,
        received,
        lambda gradient: gradient + norm_back(inner.backward(gradient) - gradient),
    )


def post_norm(drawn: Drawn, x: Array) -> Step:
    """normalised(x + f(x) W + b)."""
    inner = residual(drawn, x)
    y, norm_back = normalised(inner.output)
    return Step(y, x, lambda gradient: inner.backward(norm_back(gradient)))


Wiring = Callable[[Drawn, Array], Step]
WIRINGS: dict[str, Wiring] = {
    "plain": plain, "norm": norm, "residual": residual, "pre-norm": pre_norm, "post-norm": post_norm
}  # fmt: skip
