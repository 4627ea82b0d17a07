"""What a hidden unit can do: the two straight lines that its function approaches, and what follows from them.

A function whose lines are parallel but apart is a *step* when it is squeezed: towers are made of it. One whose lines
have different slopes is a *ramp*: polylines are made of it. All others that are no polynomial are *other*: Leshno et
al. 1993 say that they will do, and ``collocation`` finds out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gainstage.construct.errors import CannotApproximate
from gainstage.functions import cards
from gainstage.functions.card import Card
from gainstage.functions.entries import DEFINITIONS
from gainstage.functions.function import Array, Function

Kind = Literal["step", "ramp", "other"]
SAME = 1e-12


@dataclass(frozen=True, slots=True)
class Line:
    """``slope * z + intercept``, within ``tolerance`` of the truth in both."""

    slope: float
    intercept: float
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Unit:
    """An activation and the lines it approaches at minus infinity (``left``) and at plus infinity (``right``)."""

    name: str
    function: Function
    kind: Kind
    left: Line | None
    right: Line | None
    monotone: bool
    card: Card

    @property
    def jumps(self) -> bool:
        """Whether its function is a jump itself."""
        return bool((self.card["limits"] or {}).get("jumps"))

    @property
    def exact(self) -> bool:
        """Whether a ramp is its two lines, without a bend between: then its weight in the first layer may be 1."""
        z = np.array([-100.0, -7.3, -1.0, -1e-3, 1e-3, 1.0, 7.3, 100.0])
        return bool(self.left and self.right and np.max(np.abs(self.residual(z))) == 0.0)

    @property
    def crossing(self) -> float:
        """Where the two lines of a ramp meet; where a step is halfway up."""
        left, right = self.lines
        if self.kind == "ramp":
            return (left.intercept - right.intercept) / (right.slope - left.slope)
        return _halfway(self, (left.intercept + right.intercept) / 2)

    @property
    def lines(self) -> tuple[Line, Line]:
        """Both lines, of a unit that has them."""
        assert self.left is not None and self.right is not None
        return self.left, self.right

    def residual(self, z: Array) -> Array:
        """How far the function is from the line of the side of the crossing on which ``z`` lies, taken at zero."""
        left, right = self.lines
        line = np.where(z >= 0, right.slope * z + right.intercept, left.slope * z + left.intercept)
        return self.function.value(z) - line


def unit(which: str | Card, parameters: Mapping[str, float] | None = None) -> Unit:
    """The unit of a function of the catalogue, by name or card.

    Raises:
        UnknownFunction: with the nearest names.
        OutsideDomain: for a parameter that the function has not, or a value outside its domain.
        CannotApproximate: for functions of whole vectors. Polynomials are refused later, with the best they can do.
    """
    card = which if isinstance(which, Card) else cards.card(which, parameters)
    if card.name not in DEFINITIONS or card.function is None:
        raise CannotApproximate(f"{card.name} is no elementwise function of the catalogue; see: gainstage functions")
    left, right = _line(card, "minus_infinity"), _line(card, "plus_infinity")
    monotone = card["monotonic"] in ("increasing", "decreasing")
    return Unit(card.name, card.function, _kind(card, left, right), left, right, monotone, card)


def degree(unit: Unit) -> int | None:
    """The degree of the polynomial that the unit's function is; None when it is none (then the theorem holds)."""
    if unit.kind != "other":
        return None
    from gainstage.construct.exact.degree import degree_of

    return degree_of(unit.card)


def _line(card: Card, side: str) -> Line | None:
    entry = card.properties["asymptotes"]
    found = (entry.value or {}).get(side)
    return None if found is None else Line(found["slope"], found["intercept"], entry.tolerance)


def _kind(card: Card, left: Line | None, right: Line | None) -> Kind:
    if left is None or right is None:
        return "other"
    jumps = bool((card["limits"] or {}).get("jumps"))
    if abs(left.slope - right.slope) > SAME:
        return "other" if jumps else "ramp"
    apart = abs(left.intercept - right.intercept) > SAME
    return "step" if apart and (left.slope == 0 or not jumps) else "other"


def _halfway(unit: Unit, level: float) -> float:
    """Where a step without its slope passes ``level``, by bisection on the scale on which functions bend."""
    left, right = unit.lines
    low, high = -64.0, 64.0
    for _ in range(60):
        middle = (low + high) / 2
        value = float(unit.function.value(np.array([middle]))[0]) - left.slope * middle
        below = value < level if right.intercept > left.intercept else value > level
        low, high = (middle, high) if below else (low, middle)
    return (low + high) / 2
