"""What a stage's gain should be, from the activation alone, and whether a chain of such stages holds it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from gainstage.errors import GainstageError
from gainstage.functions.function import Function
from gainstage.theory.conditional import after
from gainstage.theory.gaussian import expectation, moments
from gainstage.theory.resolve import Activation, resolve

Stability = Literal["attracting", "neutral", "repelling"]
NEUTRAL = 1e-9  # a slope this near to 1 is 1
DEEP, WIDE = 50, 256  # the chain that an advice speaks of
LOST_DB = 0.3  # of gradient per stage: 15 dB over 50 stages


@dataclass(frozen=True, slots=True)
class Gain:
    """The weights' gain (their standard deviation times sqrt(fan_in)) that an activation needs, at unit variance.

    Attributes:
        name: of the activation.
        forward: keeps the power of the pre-activations: 1 / sqrt(E f^2); sqrt 2 for ReLU (He et al. 2015).
        backward: keeps the power of the gradient: 1 / sqrt(E f'^2); ``inf`` where f' is 0 (for equal fans).
        slope: of the variance map in logarithms at its fixed point 1: a deviation is multiplied by it in each stage.
        scatter: E f^4 / (E f^2)^2 - 1; a layer of n units deviates by sqrt(scatter / n) from its expected power.
    """

    name: str
    forward: float
    backward: float
    slope: float
    scatter: float

    @property
    def balanced(self) -> float:
        """The geometric mean of both: signal and gradient share the misfit in equal decibels."""
        return math.sqrt(self.forward * self.backward)

    @property
    def stability(self) -> Stability:
        """What becomes of a small deviation from the fixed point."""
        if abs(self.slope - 1) <= NEUTRAL:
            return "neutral"
        return "attracting" if self.slope < 1 else "repelling"

    @property
    def gradient_db(self) -> float:
        """Change of the gradient per stage, in dB, while weights of gain ``forward`` hold the signal."""
        return 20 * math.log10(self.forward / self.backward) if self.backward < math.inf else -math.inf

    def amplification(self, depth: int) -> float:
        """What ``depth`` stages make of a small deviation of the variance: slope^depth."""
        return self.slope**depth

    def drift(self, depth: int, width: int) -> float:
        """Relative standard deviation of the power behind ``depth`` stages of ``width`` units, to first order.

        Every layer deviates at random by sqrt(scatter / width), and hands on what it received times ``slope``. Where
        this is no longer small, the chain has left its fixed point.

        Example:
            >>> gain("relu").drift(50, 256) < 1 < gain("silu").drift(50, 256)
            True
        """
        square = self.slope**2
        terms = depth if self.stability == "neutral" else (square**depth - 1) / (square - 1)
        return math.sqrt(self.scatter / width * terms)

    @property
    def advice(self) -> str:
        """One sentence: which gain, whether it holds, and what to do where it does not."""
        start = f"{self.name}: weights with std {self.forward:.4g}/sqrt(fan_in) keep the variance"
        if self.stability == "repelling":
            grown = _times(self.amplification(DEEP))
            return (
                f"{start} at a fixed point that repels: {DEEP} stages make a deviation {grown} times larger; set the "
                "gains by data (gainstage.stage_) or shift the input (gainstage.theory.tailor)."
            )
        kept = "whatever it is" if self.stability == "neutral" else "and bring it back when it deviates"
        lost = self.gradient_db
        if abs(lost) <= LOST_DB:
            return f"{start}, {kept}."
        if self.backward == math.inf:
            return f"{start}, {kept}; no gradient passes, since the derivative is 0."
        word = "loses" if lost < 0 else "gains"
        return f"{start}, {kept}; the gradient {word} {abs(lost):.2g} dB a stage, {abs(lost) * DEEP:.0f} dB in {DEEP}."


def _times(factor: float) -> str:
    return f"{factor:.1e}" if factor >= 1e6 else f"{factor:,.0f}" if factor >= 10 else f"{factor:.1f}"


def gain(activation: Activation, parameters: Mapping[str, Any] | None = None, *, kinks: tuple[float, ...] = ()) -> Gain:
    """The gain that ``activation`` needs, with the stability that decides whether it holds in a deep chain.

    Args:
        activation: name, function or card of the catalogue, or any elementwise callable of arrays or tensors.
        parameters: for names: parameters other than the defaults.
        kinks: for callables: where they bend or jump, if known.

    Raises:
        UnknownFunction, OutsideDomain, UnfitCallable: see ``gainstage.theory.resolve``.
        GainstageError: for a function of a whole vector, or one without a gain: zero, or E f^2 infinite.

    Example:
        >>> gain("relu").forward, gain("silu").stability
        (1.414213562373095, 'repelling')
    """
    return _gain(resolve(activation, parameters, kinks))


@lru_cache(maxsize=256)
def _gain(function: Function) -> Gain:
    found = moments(function)
    if not 0 < found.second < math.inf:
        raise GainstageError(f"{function.name} has no gain: E f(z)^2 is {found.second:g} for z ~ N(0, 1)")
    fourth = expectation(lambda x: function.value(x) ** 4, kinks=function.kinks)
    backward = 1 / math.sqrt(found.transmission) if found.transmission > 0 else math.inf
    slope, scatter = found.slope / found.second, fourth / found.second**2 - 1
    return Gain(function.name, 1 / math.sqrt(found.second), backward, slope, scatter)


def forward_gain(function: Function) -> float:
    """The weights' gain that keeps the power of a standard normal signal: 1 / sqrt(E f^2); sqrt 2 for ReLU.

    He et al. 2015 for ReLU; the same argument for any activation. Weights get std ``gain / sqrt(fan_in)``.
    """
    return _gain(function).forward


def backward_gain(function: Function) -> float:
    """The weights' gain that keeps the gradient's power at a standard normal signal: 1 / sqrt(E f'^2)."""
    return _gain(function).backward


def initial_gain(function: Function) -> float:
    """The larger of the two gains: neither signal nor gradient shrinks at the start.

    They differ by little except for sigmoids, whose signal alone would ask for a gain that lets the gradient die.
    """
    return max(forward_gain(function), backward_gain(function))


def expected_signal(function: Function, pre_signal: float, pre_offset: float = 0.0) -> float:
    """Signal after the activation: units' pre-activations are N(offset, signal^2), the offsets N(0, pre_offset^2).

    Signal is ``sqrt(mean over units of the variance over the examples)``, as in the records.
    """
    return math.sqrt(after(function, pre_signal, pre_offset).signal)


def expected_transmission(function: Function, pre_signal: float, pre_offset: float = 0.0) -> float:
    """E f'^2 over examples and units for the same distribution of pre-activations."""
    return moments(function, 0.0, math.hypot(pre_signal, pre_offset)).transmission
