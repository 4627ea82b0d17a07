"""What is to be approximated: a formula, a Python function, or sampled data, as one kind of thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from gainstage.construct.errors import CannotApproximate
from gainstage.construct.expression import on_arrays
from gainstage.functions.function import Array

Modulus = Callable[[float], float]
Knowledge = Literal["certified", "modulus", "sampled"]
Box = tuple[tuple[float, float], ...]  # the two ends on every axis
MOST_AXES = 3


@dataclass(frozen=True, slots=True)
class Target:
    """A function of one to three real numbers.

    ``value`` takes one float64 array for each axis, all of one shape, and returns one of that shape. ``expression`` is
    the formula in canonical form, "" when there is none. ``modulus`` maps a distance to the largest change of the
    function over it (in the sup norm of the inputs). ``points`` are the x and y of sampled data.
    """

    text: str
    value: Callable[..., Array] = field(repr=False)
    variables: tuple[str, ...] = ("x",)
    expression: str = ""
    modulus: Modulus | None = field(default=None, repr=False)
    points: tuple[Array, Array] | None = field(default=None, repr=False)

    @property
    def dimension(self) -> int:
        """The number of variables."""
        return len(self.variables)

    @property
    def knowledge(self) -> Knowledge:
        """What a bound can rest on: "certified", "modulus" or "sampled"."""
        return "certified" if self.expression else "modulus" if self.modulus else "sampled"


def target(function: Any, box: Box | None = None, modulus: float | Modulus | None = None) -> Target:
    """``function`` as a target: a text or sympy expression, a callable, or a pair of arrays (x, y).

    Args:
        function: what to approximate. A callable takes one argument for each axis, arrays or numbers.
        box: the domain, which says how many variables a callable has and is checked against the formula's.
        modulus: a Lipschitz constant, or a function from a distance to the largest change over it.

    Raises:
        CannotApproximate: when it is none of these, or has another number of variables than ``box`` has axes.
    """
    bound = _modulus(modulus)
    if isinstance(function, str) or hasattr(function, "free_symbols"):
        found = _formula(str(function))
    elif callable(function):
        found = _callable(function, len(box or ((0, 0),)), bound)
    elif isinstance(function, Sequence) and len(function) == 2:
        found = _sampled(*function)
    else:
        given = type(function).__name__
        raise CannotApproximate(f"a function is a formula, a callable or a pair of arrays (x, y), not a {given}")
    if found.dimension > MOST_AXES:
        raise CannotApproximate(
            f"{found.dimension} variables: the construction needs (1/error)^d towers in d dimensions and goes up to 3"
        )
    if box is not None and len(box) > found.dimension and found.expression:
        return _formula(found.text, len(box))
    if box is not None and len(box) != found.dimension:
        raise CannotApproximate(
            f"{found.text}: {found.dimension} variables ({', '.join(found.variables)}) and {len(box)} intervals; "
            "give one interval for each variable"
        )
    return found


def _modulus(given: float | Modulus | None) -> Modulus | None:
    if given is None or callable(given):
        return given
    constant = float(given)
    if not (constant >= 0 and np.isfinite(constant)):
        raise CannotApproximate(f"modulus={given!r}: a Lipschitz constant is a number that is not negative")
    return lambda distance: constant * distance


def _formula(text: str, axes: int = 1) -> Target:
    from gainstage.construct.exact.symbols import read, written
    from gainstage.construct.expression import VARIABLES

    found, names = read(text)
    names = names if len(names) >= axes else VARIABLES[:axes]
    expression = written(found)

    def value(*inputs: Array) -> Array:
        return on_arrays(expression, dict(zip(names, inputs, strict=True)))

    return Target(text.strip(), value, names, expression)


def _callable(function: Callable[..., Any], axes: int, modulus: Modulus | None) -> Target:
    """A Python function on arrays, called number by number where it does not take arrays."""
    name = getattr(function, "__name__", type(function).__name__)
    label = "your function" if name == "<lambda>" else name
    singly = np.vectorize(function, otypes=[float])

    def value(*inputs: Array) -> Array:
        with np.errstate(all="ignore"):
            try:
                found = np.asarray(function(*inputs), dtype=float)
            except (TypeError, ValueError, AttributeError):
                found = np.asarray(singly(*inputs), dtype=float)
        return found if found.shape == inputs[0].shape else np.asarray(singly(*inputs), dtype=float)

    from gainstage.construct.expression import VARIABLES

    return Target(label, value, (*VARIABLES, *(f"x{k}" for k in range(4, axes + 1)))[:axes], "", modulus)


def _sampled(x: Any, y: Any) -> Target:
    """Data as the polyline through its points, which is what the network is fitted to between them."""
    given = [np.asarray(values, dtype=float).ravel() for values in (x, y)]
    if len(given[0]) != len(given[1]) or len(given[0]) < 2:
        raise CannotApproximate(f"{len(given[0])} x and {len(given[1])} y: data are as many y as x, two or more")
    if not all(np.isfinite(values).all() for values in given):
        raise CannotApproximate("the data hold nan or infinity; leave those points out")
    order = np.argsort(given[0], kind="stable")
    across, up = (values[order] for values in given)
    twice = np.flatnonzero((np.diff(across) == 0) & (np.diff(up) != 0))
    if len(twice):
        k = int(twice[0])
        raise CannotApproximate(
            f"two values at x = {across[k]:g}: {up[k]:g} and {up[k + 1]:g}; a function has one, average them first"
        )
    across, first = np.unique(across, return_index=True)
    up = up[first]

    def value(at: Array) -> Array:
        return np.interp(at, across, up)

    return Target(f"{len(across)} points", value, points=(across, up))
