"""How deep a signal and a gradient get: the depth scales of a chain of wide random layers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gainstage.theory.maps import CorrelationMap, VarianceMap

GONE_DB = 20 * math.log10(2.0**-24)
"""A signal is gone when it is lost in one rounding of float32 beside what it is added to: -144.5 dB."""


@dataclass(frozen=True, slots=True)
class DepthScales:
    """Layers over which things fall to 1/e of themselves at the fixed point ``q``; ``inf`` where they do not fall.

    Attributes:
        q: the variance at which a chain rests.
        c: the correlation to which any two inputs are drawn there.
        xi_q: of the variance's distance from ``q``: -1 / ln of the variance map's slope.
        xi_c: of the correlation's distance from ``c``: -1 / ln of the correlation map's slope at ``c``.
        chi_1: what the gradient's power is multiplied by in each layer.

    Schoenholz et al. 2017, eq. 9 and 10; they find networks trainable to about six times ``xi_c``.
    """

    q: float
    c: float
    xi_q: float
    xi_c: float
    chi_1: float

    @property
    def xi_gradient(self) -> float:
        """Layers over which the gradient's power changes e-fold, in whichever direction: 1 / |ln chi_1|."""
        return _scale(self.chi_1)

    @property
    def phase(self) -> str:
        """ "ordered" (inputs are drawn together, gradients vanish), "chaotic" (the reverse) or "critical"."""
        if abs(self.chi_1 - 1) < 1e-9:
            return "critical"
        return "ordered" if self.chi_1 < 1 else "chaotic"

    def gone(self, level_db: float = GONE_DB) -> float:
        """The number of layers after which the gradient has changed by ``level_db`` (or gained as much).

        By default -144.5 dB: what is left is below one rounding error of float32 beside what it began as.
        """
        per_layer = 10 * math.log10(self.chi_1) if self.chi_1 > 0 else -math.inf
        return abs(level_db / per_layer) if per_layer else math.inf


def depth_scales(variance: VarianceMap) -> DepthScales | None:
    """The scales at the fixed point that a signal of variance 1 runs into; None where the variance runs away.

    Example:
        >>> from gainstage.functions import get
        >>> round(depth_scales(VarianceMap(get("tanh"), 1.3**0.5, 0.05**0.5)).xi_c, 2)
        7.83
    """
    rest = variance.resting
    if rest is None:
        return None
    if rest.at == 0.0:
        return DepthScales(0.0, math.nan, _scale(rest.slope), math.nan, rest.slope)
    correlation = CorrelationMap(variance.function, variance.sigma_w, variance.sigma_b, rest.at).resting
    return DepthScales(rest.at, correlation.at, _scale(rest.slope), _scale(correlation.slope), variance.chi(rest.at))


def _scale(slope: float) -> float:
    size = abs(slope)
    if size == 0:
        return 0.0
    return math.inf if abs(size - 1) < 1e-12 else abs(1 / math.log(size))
