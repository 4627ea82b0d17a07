"""How fast the error falls with the number of units, measured, and the exponent beside the theory's.

Towers of equal width: the error of a function with slopes is a constant over n. A polyline: over n squared (de Boor
1978, chapter III). Placement by the function's own ups and downs improves the constant, and keeps these exponents where
equal widths lose them, as at the infinite slope of sqrt(x).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gainstage.construct import placement
from gainstage.construct.placement import Samples
from gainstage.construct.report import Construction
from gainstage.functions.function import Array

COUNTS = (16, 32, 64, 128, 256, 512, 1024)
NEGLIGIBLE = 1e-13  # relative error from which on rounding is all that is left


@dataclass(frozen=True, slots=True)
class Rate:
    """Errors of one placement: ``pieces`` ascending, ``errors`` the largest at many points.

    ``exponent`` is the slope of log error over log pieces by least squares, None when there is no slope to fit.
    """

    placement: str
    pieces: tuple[int, ...]
    errors: tuple[float, ...]
    exponent: float | None
    theory: float


def rates(built: Construction) -> tuple[Rate, ...]:
    """Error against towers or straight pieces, for equal widths and for the placement that is used.

    Empty for constructions of several inputs and for those without pieces.
    """
    if built.report.construction not in ("towers", "polyline") or built.target.dimension > 1:
        return ()
    towers = built.report.construction == "towers"
    samples = placement.look(built.target, *built.box[0], 2 * COUNTS[-1])
    theory = -1.0 if towers else -2.0
    equal = placement.stair_error if towers else placement.chord_error
    found = [_rate("equal widths", [(count, equal(samples, count)) for count in COUNTS], theory)]
    return (*found, _rate("placed", _placed(samples, towers), theory))


def _placed(samples: Samples, towers: bool) -> list[tuple[int, float]]:
    """Pieces that the placement needs for about ``COUNTS`` of them, and the largest error that it then has."""
    place: Callable[[Samples, float], Array] = _stair_errors if towers else _line_errors
    likely = [samples.variation / (2 * count) if towers else (samples.bend / (4 * count)) ** 2 for count in COUNTS]
    smallest = NEGLIGIBLE * float(np.max(np.abs(samples.y)))
    found = (place(samples, error) for error in likely if error > smallest)
    return sorted({int(count): float(error) for count, error in found}.items())


def _stair_errors(samples: Samples, tolerance: float) -> Array:
    stairs = placement.stairs(samples, tolerance)
    heights = stairs.heights[np.searchsorted(stairs.edges, samples.x)]
    return np.array([len(stairs.heights), np.max(np.abs(heights - samples.y))])


def _line_errors(samples: Samples, tolerance: float) -> Array:
    line = placement.polyline(samples, tolerance)
    return np.array([len(line.x) - 1, np.max(np.abs(np.interp(samples.x, line.x, line.y) - samples.y))])


def _rate(name: str, rows: list[tuple[int, float]], theory: float) -> Rate:
    pieces, errors = tuple(count for count, _ in rows), tuple(error for _, error in rows)
    scale = max(errors, default=0.0)
    usable = [(count, error) for count, error in rows if error > NEGLIGIBLE * scale and count >= COUNTS[0]]
    exponent = None
    if len({count for count, _ in usable}) >= 3:
        x, y = (np.log(np.array(column, dtype=float)) for column in zip(*usable, strict=True))
        exponent = float(np.polyfit(x, y, 1)[0])
    return Rate(name, pieces, errors, exponent, theory)
