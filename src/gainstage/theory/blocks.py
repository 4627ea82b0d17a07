"""One block of a deep network as the theory sees it: what it makes of signal and offset, and of the gradient.

The width is infinite, the weights are independent, and the gradient that comes back is independent of them (Schoenholz
et al. 2017). Normalisation is over the units (layer or RMS normalisation, the same at infinite width), without a scale.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

from gainstage.functions.function import Function
from gainstage.theory.conditional import after
from gainstage.theory.gaussian import moments


@dataclass(frozen=True, slots=True)
class State:
    """Powers in a layer: of the part that depends on the example, and of the part that all examples share."""

    signal: float
    offset: float = 0.0

    @property
    def power(self) -> float:
        """Mean square of a unit."""
        return self.signal + self.offset

    def scaled(self, factor: float) -> State:
        """Both powers times ``factor``."""
        return State(self.signal * factor, self.offset * factor)

    def plus(self, other: State) -> State:
        """The sum of two independent layers."""
        return State(self.signal + other.signal, self.offset + other.offset)

    @property
    def normalised(self) -> State:
        """The same at power 1."""
        return self.scaled(1 / self.power) if self.power > 0 else self


@dataclass(frozen=True, slots=True)
class Block(ABC):
    """An activation, weights of variance sigma_w^2 / fan_in, biases of variance sigma_b^2, and how they are wired."""

    function: Function
    sigma_w: float
    sigma_b: float = 0.0

    @abstractmethod
    def forward(self, state: State) -> State:
        """The powers behind the block."""

    @abstractmethod
    def backward(self, state: State) -> float:
        """Power of the gradient at the block's input over that at its output, for equal fans."""

    @abstractmethod
    def received(self, state: State) -> State:
        """What the activation receives."""

    def _affine(self, state: State) -> State:
        return State(self.sigma_w**2 * state.signal, self.sigma_w**2 * state.offset + self.sigma_b**2)

    def _activated(self, state: State) -> State:
        parts = after(self.function, math.sqrt(state.signal), math.sqrt(state.offset))
        return State(parts.signal, parts.offset)

    def _passed(self, state: State) -> float:
        """sigma_w^2 E f'^2 where the activation receives ``state``."""
        return self.sigma_w**2 * moments(self.function, 0.0, math.sqrt(state.power)).transmission


@final
@dataclass(frozen=True, slots=True)
class Plain(Block):
    """f(W x + b)."""

    def received(self, state: State) -> State:
        """W x + b."""
        return self._affine(state)

    def forward(self, state: State) -> State:
        """The variance map and the correlation map, begun at the activations."""
        return self._activated(self.received(state))

    def backward(self, state: State) -> float:
        """chi_1 = sigma_w^2 E f'^2."""
        return self._passed(self.received(state))


@final
@dataclass(frozen=True, slots=True)
class Normalised(Block):
    """f(normalised(W x + b))."""

    def received(self, state: State) -> State:
        """The normalised W x + b."""
        return self._affine(state).normalised

    def forward(self, state: State) -> State:
        """The activation at power 1, whatever the weights' gain."""
        return self._activated(self.received(state))

    def backward(self, state: State) -> float:
        """chi_1 over the power that the normalisation divides by."""
        return _ratio(self._passed(self.received(state)), self._affine(state).power)


@final
@dataclass(frozen=True, slots=True)
class Residual(Block):
    """x + W f(x) + b, as in the pre-activation residual networks of He et al. (2016), without normalisation."""

    def received(self, state: State) -> State:
        """The stream itself."""
        return state

    def forward(self, state: State) -> State:
        """The stream and the branch add."""
        return state.plus(self._affine(self._activated(state)))

    def backward(self, state: State) -> float:
        """1 + chi_1 (Yang & Schoenholz 2017)."""
        return 1 + self._passed(state)


@final
@dataclass(frozen=True, slots=True)
class PreNorm(Block):
    """x + W f(normalised(x)) + b: the blocks of most transformers."""

    def received(self, state: State) -> State:
        """The normalised stream."""
        return state.normalised

    def forward(self, state: State) -> State:
        """Every block adds the same power, so that the stream grows linearly."""
        return state.plus(self._affine(self._activated(state.normalised)))

    def backward(self, state: State) -> float:
        """1 + chi_1 / power: later blocks add less and less."""
        return 1 + _ratio(self._passed(state.normalised), state.power)


@final
@dataclass(frozen=True, slots=True)
class PostNorm(Block):
    """normalised(x + W f(x) + b): the blocks of the first transformers."""

    def received(self, state: State) -> State:
        """The stream itself, normalised by the block before."""
        return state

    def forward(self, state: State) -> State:
        """The sum of stream and branch, brought back to power 1."""
        return self._sum(state).normalised

    def backward(self, state: State) -> float:
        """(1 + chi_1) over the power of the sum."""
        return _ratio(1 + self._passed(state), self._sum(state).power)

    def _sum(self, state: State) -> State:
        return state.plus(self._affine(self._activated(state)))


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else math.inf


BLOCKS: dict[str, type[Block]] = {
    "plain": Plain, "norm": Normalised, "residual": Residual, "pre-norm": PreNorm, "post-norm": PostNorm
}  # fmt: skip
