"""Claims about Swish x·σ(βx) and E-swish 2x·σ(βx)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from gainstage.claims.claim import Curves, Part, aside, claim, part
from gainstage.claims.deciders import NEAR, UNBOUNDED, at, difference, minimum, same
from gainstage.claims.questions import is_monotonic, proved
from gainstage.functions import get
from gainstage.functions.function import Formula, Function

BETAS = (1.0, 10.0, 100.0, 1000.0)


@claim("swish-form", "Swish = x·σ(x): smooth, not monotonic, bounded below, unbounded above.")
def swish_form() -> Iterator[Part]:
    """Five halves."""
    silu = get("silu")
    equal = same(silu.value, lambda x: x * get("sigmoid").value(x))
    yield part("Swish = x·σ(x)", equal, "equal on the line" if equal else "not equal")
    orders = proved(silu, "smoothness")
    text = f"it has {'all' if orders == math.inf else orders} derivatives, and they are continuous"
    yield part("it is smooth", orders == math.inf, text, "certified", orders=orders)
    turn = is_monotonic(silu)
    yield part("it is not monotonic", turn.verdict == "refuted", turn.text, turn.proof, **turn.numbers)
    least = minimum(silu.value)
    text = f"its minimum is {least.value:.7g} at x = {least.where:.7g}"
    yield part("it is bounded below", least.value > -UNBOUNDED, text, minimum=least.value, at=least.where)
    high = at(silu.value, 1e38)
    yield part("it is unbounded above", high > UNBOUNDED, f"f(1e38) = {high:.3g}", value=high)


Family = Callable[[float], Function]


def swish(beta: float) -> Function:
    """x·σ(βx) (Ramachandran et al. 2017)."""
    return get("swish", {"beta": beta})


def eswish(beta: float) -> Function:
    """2x·σ(βx)."""
    return get("eswish", {"beta": beta})


def distance(family: Family, beta: float, limit: Formula) -> float:
    """Largest difference between ``family(beta)`` and ``limit`` on |x| ≤ 40."""
    points = np.concatenate([NEAR, NEAR / beta])  # the bend shrinks with 1/β, and the grid has to follow it
    return float(np.max(np.abs(family(beta).value(points) - limit(points))))


@claim("swish-beta", "With x·σ(βx): β = 0 is linear, β → ∞ is ReLU.")
def swish_beta() -> Iterator[Part]:
    """Equality at 0; the distance to ReLU as β grows."""
    flat = swish(0.0)
    worst = difference(flat.value, lambda x: x / 2)
    yield part(
        "at β = 0 it is linear", worst.value < 1e-12, f"it is x/2 up to {worst.value:.2g}", difference=worst.value
    )
    x = np.linspace(-4.0, 4.0, 161)
    lines = {f"β = {beta:g}": tuple(swish(beta).value(x).tolist()) for beta in (0.0, 1.0, 10.0)}
    lines["ReLU"] = tuple(get("relu").value(x).tolist())
    drawn = Curves("x·σ(βx) between x/2 and ReLU", "x", "value", tuple(x.tolist()), lines)
    yield replace(_converges("for β → ∞ it is ReLU", swish, get("relu").value), curves=drawn)


@claim("eswish", "With 2x·σ(βx): β = 0 is the identity, β → ∞ is ReLU.")
def eswish_claim() -> Iterator[Part]:
    """The same two questions."""
    worst = difference(eswish(0.0).value, lambda x: x)
    text = f"it differs from x by {worst.value:.2g}"
    yield part("at β = 0 it is the identity", worst.value < 1e-12, text, difference=worst.value)
    relu = get("relu").value
    yield _converges("for β → ∞ it is ReLU", eswish, relu)
    doubled = _converges("for β → ∞ it is 2·ReLU", eswish, lambda x: 2 * relu(x))
    yield aside(doubled.asked, doubled.verdict == "holds", doubled.text, **doubled.numbers)


def _converges(asked: str, family: Family, limit: Formula) -> Part:
    apart = [distance(family, beta, limit) for beta in BETAS]
    steps = ", ".join(f"{d:.3g}" for d in apart)
    text = f"largest difference on |x| ≤ 40 at β of {', '.join(f'{b:g}' for b in BETAS)}: {steps}"
    numbers: dict[str, Any] = {"beta": list(BETAS), "difference": apart}
    converges = apart[-1] < 0.01 and apart[-1] < 0.1 * apart[0]
    if not converges:
        there = family(BETAS[-1])
        text += f"; at β = {BETAS[-1]:g} f(1) = {at(there.value, 1.0):.4g}, not {at(limit, 1.0):.4g}"
        numbers |= {"at": 1.0, "value": at(there.value, 1.0), "limit": at(limit, 1.0)}
    return part(asked, converges, text, **numbers)
