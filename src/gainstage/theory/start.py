"""How weights are drawn: the usual recipes and those of this package, by name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from gainstage.errors import GainstageError
from gainstage.functions.function import Function
from gainstage.theory.critical import critical
from gainstage.theory.gains import gain

RECIPES = ("torch", "he", "glorot", "lecun", "gain", "orthogonal", "critical")


@dataclass(frozen=True, slots=True)
class Start:
    """Weights with standard deviation sigma_w / sqrt(fan_in), biases with sigma_b; ``drawn`` says from what.

    ``name`` is the recipe as it was asked for. ``first_w`` is the first layer's sigma_w where it differs: no activation
    comes before that layer, so that the gain for one would be wrong there.
    """

    name: str
    sigma_w: float
    sigma_b: float = 0.0
    drawn: Literal["normal", "uniform", "orthogonal"] = "normal"
    first_w: float | None = None

    def weights(self, layer: int) -> float:
        """sigma_w of a layer, counted from 0."""
        return self.first_w if layer == 0 and self.first_w is not None else self.sigma_w


def start(recipe: str, function: Function, width: int, *, bias: bool = False) -> Start:
    """The start that ``recipe`` means for square layers of ``width`` units.

    Args:
        recipe: ``torch`` (what torch.nn.Linear does by itself), ``he``, ``glorot``, ``lecun``, ``gain`` (1/sqrt(E f^2)
            of this function, 1 in the first layer) or a number as in ``gain=1.2``, ``orthogonal`` or
            ``orthogonal=1.2``, ``critical`` (the edge of chaos) or with its sigma_b as in ``critical=0.2``.
        function: the activation, which ``gain`` and ``critical`` ask.
        width: units in each layer.
        bias: whether there are biases; ``torch`` draws them, the others begin at 0 (``critical`` as it needs).

    Raises:
        GainstageError: no such recipe, or a number that is none or not positive.
    """
    name, equals, text = recipe.partition("=")
    number = _number(recipe, text) if equals else None
    if name not in RECIPES or (equals and name not in ("gain", "orthogonal", "critical")):
        raise GainstageError(f"no initialisation {recipe!r}; expected one of {', '.join(RECIPES)}, or gain=1.2")
    if name == "torch":
        return Start(recipe, 1 / math.sqrt(3), 1 / math.sqrt(3 * width) if bias else 0.0, "uniform")
    if name == "critical":
        point = critical(function, number)
        return Start(recipe, point.sigma_w, point.sigma_b)
    if name == "orthogonal":
        return Start(recipe, number or 1.0, 0.0, "orthogonal")
    if recipe == "gain":
        return Start(recipe, gain(function).forward, first_w=1.0)
    return Start(recipe, number or {"he": math.sqrt(2), "glorot": 1.0, "lecun": 1.0}[name])


def _number(recipe: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    least = 0.0 if recipe.startswith("critical") else 1e-12
    if not least <= number < math.inf:
        raise GainstageError(f"{recipe!r}: {text!r} is no positive number, as in gain=1.2")
    return number
