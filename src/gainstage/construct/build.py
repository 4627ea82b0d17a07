"""From a function and a tolerance to a network that meets it, or to an error that says why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gainstage.construct.best import refuse_polynomial
from gainstage.construct.collocation import collocated
from gainstage.construct.one import one
from gainstage.construct.report import Construction
from gainstage.construct.request import asked
from gainstage.construct.several import several
from gainstage.construct.target import Modulus
from gainstage.functions.card import Card


def construct(
    function: Any,
    interval: Any = None,
    tolerance: float = 0.01,
    unit: str | Card = "sigmoid",
    *,
    dtype: str = "float32",
    modulus: float | Modulus | None = None,
    parameters: Mapping[str, float] | None = None,
) -> Construction:
    """Build the network for :func:`gainstage.approximate` as plain arrays, without torch.

    Raises:
        CannotApproximate: when no such network exists or none of the constructions reaches the tolerance.
        UnknownFunction, OutsideDomain: when the catalogue has no such unit.
    """
    request = asked(function, interval, tolerance, unit, dtype, modulus, parameters)
    refuse_polynomial(request.target, request.box, request.unit, request.tolerance)
    if request.target.dimension > 1:
        return several(request)
    if request.unit.kind == "other":
        return collocated(request)
    return one(request)
