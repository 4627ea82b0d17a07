"""Properties of a function that is only known by its values: found on grids, with tolerances, proved never."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gainstage.functions.card import UNKNOWN, Property
from gainstage.functions.function import FAR, Array, Function

SPACING = 1 / 400
MOMENTS = ("mean", "second", "derivative_mean", "transmission")
NEAR = 10.0  # an activation is finite at least from -10 to 10
REST = 12.0  # standard deviations of the quadrature
OFFSET = 0.5  # of the points from multiples of the spacing
NOISE = 1e-8  # relative: differences below count as none
SATURATED = 0.01  # of the steepest slope


def sample(function: Function) -> dict[str, Property]:
    """Every property of a card that values can show; those that they cannot are "unknown"."""
    x = grid(function)
    value, slope = function.value(x), function.derivative(x)
    moments, errors = _moments(function)
    error = max(errors[key] for key in MOMENTS)
    way, bend, steepest = _way(value), _way(slope), float(np.abs(slope).max())
    return {
        "range": _bounds(value),
        "derivative_range": _bounds(slope),
        "monotonic": _seen(way),
        "derivative_monotonic": _seen(bend),
        "symmetry": _seen(_symmetry(value)),
        "zero_centred": _seen(abs(moments["mean"]) <= 1e-6 + errors["mean"], 1e-6 + errors["mean"]),
        "smoothness": UNKNOWN,
        "limits": UNKNOWN,
        "asymptotes": UNKNOWN,
        "lipschitz": UNKNOWN if _growing(np.abs(slope)) else _seen(steepest, _step(slope)),
        "saturation": _seen(_small(x, np.abs(slope) < SATURATED * steepest)),
        "homogeneity": _seen(1.0 if function.homogeneous else None),
        "convexity": _seen({"increasing": "convex", "decreasing": "concave", "constant": "both"}.get(bend, "neither")),
        "minimum": _extreme(x, value, value == value.min()),
        "maximum": _extreme(x, value, value == value.max()),
        "moments": _seen({key: moments[key] for key in MOMENTS}, error),
        **_gains(moments, errors),
        "zero_share": _seen(_zero_share(function), 1e-3),
    }


def grid(function: Function) -> Array:
    """Equally spaced points, symmetric about 0, as far as the function is finite: to +-40 or at least +-10."""
    far = _points(FAR, SPACING)
    finite = np.isfinite(function.value(far)) & np.isfinite(function.derivative(far))
    return far if finite.all() else far[np.abs(far) <= NEAR]


def _points(reach: float, spacing: float) -> Array:
    """Symmetric about 0 and beside all round numbers, where kinks lie and a difference quotient means nothing."""
    half = spacing * (np.arange(round(reach / spacing), dtype=float) + OFFSET)
    return np.concatenate([-half[::-1], half])


def _seen(value: Any, tolerance: float = SPACING) -> Property:
    return Property(value, "numerical", tolerance)


def _step(y: Array) -> float:
    """What may be hidden between two neighbouring points."""
    return float(np.abs(np.diff(y)).max())


def _growing(y: Array) -> bool:
    """Whether the largest value lies at an end and is still clearly growing there."""
    tail = max(len(y) // 20, 2)
    left, right = y[0] - y[tail], y[-1] - y[-tail]
    scale = 1e-3 * (1 + float(np.abs(y[tail:-tail]).max()))
    return bool((y.argmax() == 0 and left > scale) or (y.argmax() == len(y) - 1 and right > scale))


def _bounds(y: Array) -> Property:
    low = -math.inf if _growing(-y) else float(y.min())
    high = math.inf if _growing(y) else float(y.max())
    # Whether a bound is taken or only approached cannot be seen.
    return _seen({"low": low, "high": high, "low_attained": None, "high_attained": None}, _step(y))


def _way(y: Array) -> str:
    steps, noise = np.diff(y), NOISE * (1 + np.abs(y[1:]))
    rises, falls = bool((steps > noise).any()), bool((steps < -noise).any())
    words = {(True, False): "increasing", (False, True): "decreasing", (False, False): "constant"}
    return words.get((rises, falls), "no")


def _symmetry(y: Array) -> str:
    inner = slice(1, len(y) - 1)
    if np.allclose(y[inner], -y[::-1][inner], rtol=1e-6, atol=1e-8):
        return "odd"
    return "even" if np.allclose(y[inner], y[::-1][inner], rtol=1e-6, atol=1e-8) else "none"


def _small(x: Array, below: NDArray[np.bool_]) -> list[list[float]]:
    """The runs of points that are ``below``; those that reach an end of the grid are taken to go on."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], below.astype(int), [0]])))
    runs = zip(edges[::2], edges[1::2] - 1, strict=True)
    return [
        [-math.inf if first == 0 else float(x[first]), math.inf if last == len(x) - 1 else float(x[last])]
        for first, last in runs
        if last > first
    ]


def _extreme(x: Array, y: Array, best: NDArray[np.bool_]) -> Property:
    """Where the extreme value is taken next to 0; None when only at an end of the grid."""
    at = min(np.flatnonzero(best), key=lambda k: abs(x[k]))
    if at in (0, len(y) - 1):
        return _seen(None)
    return _seen({"value": float(y[at]), "at": float(x[at])}, max(SPACING, _step(y[at - 1 : at + 2])))


def _moments(function: Function) -> tuple[dict[str, float], dict[str, float]]:
    """E f, E f^2, E f', E f'^2 and E f^2 (x^2 - 1) by sums over a fine grid, and by how much a coarse one differs."""
    fine, coarse = (_sums(function, REST / count) for count in (24_000, 16_000))
    return fine, {name: 2 * abs(fine[name] - coarse[name]) + 1e-9 for name in fine}


def _sums(function: Function, spacing: float) -> dict[str, float]:
    x = _points(REST, spacing)
    weight = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    weight /= weight.sum()
    value, slope = (np.nan_to_num(y) for y in (function.value(x), function.derivative(x)))
    return {
        "mean": float(weight @ value),
        "second": float(weight @ value**2),
        "derivative_mean": float(weight @ slope),
        "transmission": float(weight @ slope**2),
        "weighted": float(weight @ (value**2 * (x * x - 1))),
    }


def _gains(moments: dict[str, float], errors: dict[str, float]) -> dict[str, Property]:
    gains = {}
    for name, key in (("gain", "second"), ("backward_gain", "transmission")):
        power, error = moments[key], errors[key]
        gains[name] = _seen(1 / math.sqrt(power), error / power**1.5) if power > 2 * error else UNKNOWN
    second, error = moments["second"], errors["second"]
    if second <= 2 * error:
        return {**gains, "variance_slope": UNKNOWN, "fixed_point": UNKNOWN}
    slope = moments["weighted"] / second / 2
    around = (errors["weighted"] + 2 * abs(slope) * error) / second
    kind = "neutral" if abs(slope - 1) <= around else "attracting" if slope < 1 else "repelling"
    return {**gains, "variance_slope": _seen(slope, around), "fixed_point": _seen(kind, around)}


def _zero_share(function: Function) -> float:
    """The normal probability of values that are exactly zero, single points apart."""
    x = _points(REST, REST / 24_000)
    density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    zero = function.value(x) == 0
    zero &= np.concatenate([zero[1:], [False]]) | np.concatenate([[False], zero[:-1]])
    return float((zero * density).sum() * (x[1] - x[0]))
