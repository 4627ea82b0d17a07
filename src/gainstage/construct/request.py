"""What is asked for: the arguments of a call, checked and brought into one form."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gainstage.construct.errors import CannotApproximate
from gainstage.construct.expression import number
from gainstage.construct.network import DTYPES, Dtype
from gainstage.construct.target import Box, Modulus, Target, target
from gainstage.construct.unit import Unit, unit
from gainstage.functions.card import Card


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that the constructions need to know; ``started`` is the clock at the call."""

    target: Target
    box: Box
    tolerance: float
    unit: Unit
    dtype: Dtype
    started: float


def asked(
    function: Any,
    interval: Any,
    tolerance: float,
    which: str | Card,
    dtype: str,
    modulus: float | Modulus | None,
    parameters: Mapping[str, float] | None,
) -> Request:
    """The request of a call, checked.

    Raises:
        CannotApproximate: for what is no function, interval, tolerance or dtype.
        UnknownFunction, OutsideDomain: when the catalogue has no such unit.
    """
    started = time.perf_counter()
    if dtype not in DTYPES:
        raise CannotApproximate(f"dtype={dtype!r}: expected one of {', '.join(DTYPES)}")
    if not (isinstance(tolerance, int | float) and 0 < float(tolerance) < math.inf):
        raise CannotApproximate(f"tolerance={tolerance!r}: expected a number above 0, the largest error that will do")
    given = None if interval is None else box(interval)
    wanted = target(function, given, modulus)
    if given is None:
        if wanted.points is None:
            raise CannotApproximate("no interval: say where, as in interval=(0, 6); only data bring their own")
        given = ((float(wanted.points[0][0]), float(wanted.points[0][-1])),)
    chosen: Dtype = "float32" if dtype == "float32" else "float64"
    return Request(wanted, given, float(tolerance), unit(which, parameters), chosen, started)


def box(interval: Any) -> Box:
    """An interval (low, high), or one for each axis, as floats; ends may be texts such as ``2*pi``.

    Raises:
        CannotApproximate: for what is no bounded interval, or empty.
    """
    try:
        flat = not isinstance(interval[0], Sequence | np.ndarray) or isinstance(interval[0], str)
        sides = [interval] if flat else list(interval)
        pairs = [tuple(number(end) if isinstance(end, str) else float(end) for end in side) for side in sides]
    except (TypeError, ValueError, IndexError, KeyError) as error:
        if isinstance(error, CannotApproximate):
            raise
        raise CannotApproximate(
            f"{interval!r} is no interval; expected (low, high), or one such pair for each axis"
        ) from None
    for pair in pairs:
        _bounded(pair)
    return tuple((low, high) for low, high in pairs)


def _bounded(pair: tuple[float, ...]) -> None:
    if len(pair) != 2 or any(math.isnan(end) for end in pair):
        raise CannotApproximate(f"{pair!r} is no interval; expected its two ends, low and high")
    low, high = pair
    if math.isinf(low) or math.isinf(high):
        raise CannotApproximate(
            f"({low:g}, {high:g}) is unbounded: the theorem holds on compact sets; a sum of finitely many units "
            "becomes a straight line far out and leaves every other function behind. Give two finite ends"
        )
    if not low < high:
        raise CannotApproximate(f"({low:g}, {high:g}) is empty: the first end must lie below the second")
