"""Derives the polynomials of the kernels and writes src/gainstage/nn/kernels/polynomials.h.

Each polynomial is the minimax fit of a smooth function in float64, weighted for the relative error of what it is
part of; the weights come from Lawson's iteration (1961). Coefficients are rounded to float32 one after the other, and
the rest is fitted again after each, so that rounding costs almost nothing. The functions are evaluated with mpmath at
40 digits. Run it with --check to learn whether the header is up to date.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mpmath import mp, mpf

mp.dps = 40
HEADER = Path(__file__).resolve().parents[1] / "src" / "gainstage" / "nn" / "kernels" / "polynomials.h"
Real = Callable[[mpf], mpf]


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients, lowest power first, and the largest weighted error on the nodes."""

    coefficients: tuple[float, ...]
    error: float


def fit(function: Real, low: float, high: float, degree: int, weight: Real | None = None) -> Fit:
    """The polynomial in x of least ``max |p(x) - f(x)| weight(x)`` on [low, high]; weight is 1/|f| by default."""
    count = 24 * (degree + 1)
    nodes = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (np.arange(count) + 0.5) / count)
    values = np.array([float(function(mpf(float(x)))) for x in nodes])
    weights = 1 / np.abs(values) if weight is None else np.array([float(weight(mpf(float(x)))) for x in nodes])
    powers = np.vander(nodes, degree + 1, increasing=True)
    rounded: list[float] = []
    for first in range(degree + 1):
        rest = values - powers[:, :first] @ np.array(rounded)
        rounded.append(float(np.float32(lawson(powers[:, first:], rest, weights)[0])))
    error = np.abs(powers @ np.array(rounded) - values) * weights
    return Fit(tuple(rounded), float(error.max()))


def lawson(powers: np.ndarray, values: np.ndarray, weights: np.ndarray, rounds: int = 60) -> np.ndarray:
    """Coefficients of the weighted minimax fit, by least squares whose weights follow the error."""
    share = np.full(len(values), 1 / len(values))
    coefficients = np.zeros(powers.shape[1])
    for _ in range(rounds):
        scale = np.sqrt(share) * weights
        coefficients = np.linalg.lstsq(powers * scale[:, None], values * scale, rcond=None)[0]
        error = np.abs(powers @ coefficients - values) * weights
        if not error.any():
            break
        share = share * error / (share * error).sum()
    return coefficients


def wide(function: Real, low: float, high: float, count: int) -> Fit:
    """``count`` coefficients in float64, near the minimax of the absolute error, by Chebyshev's series."""
    coefficients, error = mp.chebyfit(function, [mpf(low), mpf(high)], count, error=True)
    return Fit(tuple(float(c) for c in reversed(coefficients)), float(error))


def mills(t: mpf) -> mpf:
    """Mills' ratio of the normal distribution, (1 - Phi(t)) / phi(t)."""
    return mp.sqrt(mp.pi / 2) * mp.exp(t * t / 2) * mp.erfc(t / mp.sqrt(2))


def quotient(function: Real, zero: mpf) -> Real:
    """(f(zero + u)) / u, continued over u = 0 by the derivative."""
    return lambda u: mp.diff(function, zero) if u == 0 else function(zero + u) / u


def on_half_line(function: Real, k: float) -> Real:
    """A function of t in [0, oo) as one of s = (t - k)/(t + k) in [-1, 1)."""
    return lambda s: function(k * (1 + s) / (1 - s))


def tanh_slope(t: mpf) -> mpf:
    """1 + e^(-v) - t v'(t) with v = 2 sqrt(2/pi) (t + 0.044715 t^3): tanh-GELU's slope at -t but for e/(1 + e)^2."""
    c = 2 * mp.sqrt(2 / mp.pi)
    return 1 + mp.exp(-c * (t + mpf("0.044715") * t**3)) - t * c * (1 + 3 * mpf("0.044715") * t * t)


def mish_slope(x: mpf) -> mpf:
    """Mish's slope but for its positive factor (Misra, 2019, eq. 4)."""
    e = mp.exp(x)
    return 4 * (x + 1) + e * (4 * x + 6) + 4 * e * e + e**3


FARTHEST = 14.8  # t exp(-t^2/2) has left the subnormal numbers of float32 here
ZEROS = {
    "GELU": mp.findroot(lambda t: mills(t) - t, mpf("0.75")),
    "SILU": mp.findroot(lambda t: 1 + mp.exp(-t) - t, mpf("1.28")),
    "GELU_TANH": mp.findroot(tanh_slope, mpf("0.75")),
    "MISH": mp.findroot(mish_slope, mpf("-1.19")),
}


def fits() -> dict[str, Fit]:
    """Every polynomial by the name it has in the header."""
    half = float(mp.log(2) / 2) * 1.0001
    density = 1 / mp.sqrt(2 * mp.pi)
    gelu, silu, gelu_tanh, mish = ZEROS.values()

    def dip(t: mpf) -> mpf:
        return density * (mills(t) - t) / (gelu - t)

    def cubic(z: mpf) -> mpf:
        root = mp.sqrt(z)
        return (root - mp.tanh(root)) / (z * root)

    def far(k: float) -> float:
        return (FARTHEST - k) / (FARTHEST + k)

    return {
        "EXP_Q": fit(lambda r: (mp.expm1(r) - r) / r**2, -half, half, 4, weight=lambda r: r * r),
        "EXPM1_Q": fit(lambda r: (mp.expm1(r) - r) / r**2, -half, half, 5, weight=lambda r: abs(r)),
        "LOG1P_L": fit(lambda e: mp.log1p(e) / e, 0.0, 1.0, 9),
        "ERF_P": fit(lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z), 1e-12, 1.0, 6),
        "ERF_FAR": fit(on_half_line(lambda s: mp.erfc(s) * mp.exp(s * s) * (s + 2), 2.0), -1 / 3, 0.34, 6),
        "TANHSHRINK_P": fit(cubic, 1e-12, 2.25, 10),
        "GELU_M": fit(on_half_line(lambda t: density * mills(t) * (t + 2.5), 2.5), -1.0, far(2.5), 9),
        "GELU_D": fit(on_half_line(dip, 2.0), -1.0, far(2.0), 8),
        "SILU_N": fit(quotient(lambda t: 1 + mp.exp(-t) - t, silu), -0.5, 0.5, 6),
        "GELU_TANH_N": fit(quotient(tanh_slope, gelu_tanh), -0.5, 0.5, 9),
        "MISH_N": fit(quotient(mish_slope, mish), -0.5, 0.5, 7),
    }


def wide_fits() -> dict[str, Fit]:
    """The polynomials in float64."""
    half, eighth = float(mp.log(2) / 2) * 1.0001, float(mp.pi / 4) * 1.0001

    def scaled_erfc(s: mpf) -> mpf:
        return mp.erfc(s) * mp.exp(s * s) * (s + 2)

    def root_of(function: Real) -> Real:
        return lambda z: function(mp.sqrt(z)) / mp.sqrt(z)

    return {
        "WIDE_EXP": wide(lambda r: (mp.expm1(r) - r) / r**2 if abs(r) > 1e-9 else mpf(0.5) + r / 6, -half, half, 11),
        "WIDE_ATANH": wide(root_of(mp.atanh), 1e-30, 1 / 9, 13),
        "WIDE_ERF": wide(root_of(mp.erf), 1e-30, 1.0, 13),
        "WIDE_ERFC": wide(on_half_line(scaled_erfc, 2.0), -1 / 3, 0.5, 16),
        "WIDE_SIN": wide(root_of(mp.sin), 1e-30, eighth**2, 8),
        "WIDE_COS": wide(lambda z: mp.cos(mp.sqrt(z)), 0.0, eighth**2, 9),
    }


def header() -> str:
    """The text of the header."""
    lines = ["/* Generated by tools/polynomials.py: coefficients, lowest power first; zeros as a sum of two floats. */"]
    for name, found in fits().items():
        lines.append(f"/* {name}: largest error {found.error:.1e} */")
        lines.append(f"#define {name} " + ", ".join(f"{c.hex()}f" for c in found.coefficients))
    for name, found in wide_fits().items():
        lines.append(f"/* {name}: largest error {found.error:.1e} */")
        lines.append(f"#define {name} " + ", ".join(c.hex() for c in found.coefficients))
    for name, zero in ZEROS.items():
        high = np.float32(float(zero))
        low = np.float32(float(zero - mpf(float(high))))
        lines += [f"#define {name}_ZERO {float(high).hex()}f", f"#define {name}_ZERO_LOW {float(low).hex()}f"]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the header, or compare it; exit code 1 when ``--check`` finds it out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit with 1 when out of date")
    if parser.parse_args().check:
        return int(header() != HEADER.read_text(encoding="utf-8"))
    HEADER.write_text(header(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
