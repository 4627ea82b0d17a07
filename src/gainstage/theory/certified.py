"""Moments with proved digits, by ball arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from gainstage.errors import GainstageError
from gainstage.functions.cards import find
from gainstage.functions.entries import DEFINITIONS

MOST_DIGITS = 200
SPARE = 12  # digits computed beyond those that are asked for
BITS = 3.33  # a decimal digit


@dataclass(frozen=True, slots=True)
class CertifiedMoments:
    """E f, E f^2 and E f'^2 under N(0, 1); every one is within one unit of its last digit."""

    mean: Decimal
    second: Decimal
    transmission: Decimal


def certified_moments(
    activation: str, digits: int = 30, parameters: Mapping[str, Any] | None = None
) -> CertifiedMoments:
    """Moments of a function of the catalogue to ``digits`` decimal places, each proved.

    Arb integrates every piece with a rigorous error, and the tails are bounded (Johansson 2018).

    Args:
        activation: a name of the catalogue or an alias.
        digits: decimal places, 1 to 200.
        parameters: other than the defaults; taken as the decimal numbers that they print as.

    Raises:
        UnknownFunction, OutsideDomain: see ``gainstage.functions``.
        GainstageError: a function of a whole vector, a number of digits out of range, or digits that cannot be proved.

    Example:
        >>> certified_moments("tanh", 20).second
        Decimal('0.39429449039784117442')
    """
    from flint import ctx

    from gainstage.functions.exact.curve import Curve
    from gainstage.functions.exact.moments import expectation

    name = find(activation)
    if name not in DEFINITIONS:
        raise GainstageError(f"{name} is a function of a whole vector; moments need an elementwise one, such as gelu")
    if not 1 <= digits <= MOST_DIGITS:
        raise GainstageError(f"digits={digits}: expected 1 to {MOST_DIGITS}")
    definition = DEFINITIONS[name]
    with ctx.workprec(int(BITS * (digits + SPARE)) + 64):
        curve = Curve(definition, definition.settings(parameters or {}))
        balls = [expectation(curve, order, power, digits=digits + SPARE) for order, power in ((0, 1), (0, 2), (1, 2))]
        return CertifiedMoments(*(_rounded(name, ball.low.mid().str, ball.high.mid().str, digits) for ball in balls))


def _rounded(name: str, low: Callable[..., str], high: Callable[..., str], digits: int) -> Decimal:
    """Both ends of the enclosure as decimals; the truth lies between them, so that they have to round alike."""
    last = Decimal(1).scaleb(-digits)
    ends = [Decimal(end(digits + SPARE, radius=False)) for end in (low, high)]
    if ends[1] - ends[0] > last / 2:
        raise GainstageError(f"{name}: only {ends[1] - ends[0]:.1e} could be proved; ask for fewer digits")
    with localcontext() as context:
        context.prec = 2 * MOST_DIGITS
        return ((ends[0] + ends[1]) / 2).quantize(last) + 0  # which makes -0 a plain 0
