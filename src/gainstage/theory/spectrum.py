"""Singular values of a deep random network's input-output Jacobian: whether all directions get through alike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gainstage.errors import GainstageError
from gainstage.functions.function import Array
from gainstage.theory.gaussian import expectation, moments
from gainstage.theory.resolve import Activation, resolve
from gainstage.theory.simulate import matrix

Weights = Literal["normal", "orthogonal"]
SPREAD: dict[str, float] = {"normal": 1.0, "orthogonal": 0.0}  # relative variance of W's own squared singular values

ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The squared singular values of J = D_L W_L ... D_1 W_1, at infinite width.

    ``mean`` is chi_1^L; ``relative_variance`` their variance over its square.
    """

    mean: float
    relative_variance: float

    @property
    def variance(self) -> float:
        """Of the squared singular values."""
        return self.relative_variance * self.mean**2


def jacobian(
    activation: Activation, *, sigma_w: float, q: float = 1.0, depth: int, weights: Weights = "normal"
) -> Spectrum:
    """Mean and variance of the squared singular values of the Jacobian of ``depth`` layers that rest at variance ``q``.

    The relative variance is depth (E f'^4 / (E f'^2)^2 - 1 + s) with s = 1 for Gaussian and 0 for orthogonal weights
    (Pennington, Schoenholz & Ganguli 2018): relative variances add in free products. Dynamical isometry, a spectrum
    that stays narrow in depth, therefore needs orthogonal weights and a derivative that hardly varies.

    Raises:
        GainstageError: the derivative is 0, so that no direction gets through.

    Example:
        >>> jacobian("linear", sigma_w=1.0, depth=100, weights="orthogonal")
        Spectrum(mean=1.0, relative_variance=0.0)
    """
    function, std = resolve(activation), math.sqrt(q)
    passed = moments(function, 0.0, std).transmission
    if passed <= 0:
        raise GainstageError(f"{function.name} passes no gradient at variance {q:g}: its derivative is 0")
    fourth = expectation(lambda x: function.derivative(x) ** 4, 0.0, std, function.kinks)
    scatter = fourth / passed**2 - 1
    own = SPREAD[weights] + (scatter if scatter > ROUNDING else 0.0)
    return Spectrum((sigma_w**2 * passed) ** depth, depth * own)


def drawn_singular_values(
    activation: Activation,
    *,
    sigma_w: float,
    q: float = 1.0,
    depth: int,
    width: int,
    weights: Weights = "normal",
    seed: int = 0,
) -> Array:
    """Squared singular values (width,) of one random Jacobian, pre-activations drawn from N(0, q) in each layer."""
    function, generator = resolve(activation), np.random.default_rng(seed)
    product = np.eye(width)
    for _ in range(depth):
        slopes = function.derivative(generator.standard_normal(width) * math.sqrt(q))
        product = slopes[:, None] * (matrix(weights, sigma_w, width, generator).T @ product)
    return np.square(np.linalg.svd(product, compute_uv=False), dtype=np.float64)
