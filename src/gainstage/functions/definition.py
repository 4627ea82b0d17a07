"""What an entry of the catalogue says: a formula, its parameters, and where it comes from. All else is derived."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gainstage.errors import GainstageError
from gainstage.functions.language import GLOSSARY, Edge, names, pieces


class UnknownFunction(GainstageError, KeyError):
    """No function of the catalogue has this name."""

    __str__ = Exception.__str__  # a KeyError would print the message's repr


class OutsideDomain(GainstageError, ValueError):
    """A parameter for which the function is not defined."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its default, what it means, and for which values the function is defined.

    ``domain`` is written as an interval: ``"(0, inf)"`` for positive, ``"[0, 1]"`` with both ends.
    """

    name: str
    default: float
    meaning: str
    domain: str = "(-inf, inf)"
    whole: bool = False

    def check(self, value: Any) -> float:
        """``value`` as a float, an int for ``whole`` numbers; ``OutsideDomain`` when it is none or lies outside."""
        low, high = (float(end) for end in self.domain[1:-1].split(","))
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
        inside = low < number < high or (number == low and self.domain[0] == "[")
        inside = inside or (number == high and self.domain[-1] == "]")
        if not inside or math.isinf(number) or (self.whole and number != int(number)):
            domain = f"{'whole numbers in ' if self.whole else ''}{self.domain}"
            raise OutsideDomain(f"{self.name}={value!r} is outside its domain {domain} ({self.meaning})")
        return int(number) if self.whole else number


@dataclass(frozen=True, eq=False)
class Definition:
    """An elementwise function: ``formula`` in the language of ``functions.language``, in ``x`` and the parameters.

    ``torch`` is the same as a torch expression, ``F`` standing for ``torch.nn.functional``; ``module`` the module
    class, or "". ``constants`` are numbers that belong to the function and cannot be set.
    """

    name: str
    title: str
    formula: str
    torch: str
    reference: str
    module: str = ""
    parameters: tuple[Parameter, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """The expressions of the pieces, from left to right."""
        return pieces(self.formula)[0]

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Where the pieces meet, ascending."""
        return pieces(self.formula)[1]

    @property
    def where(self) -> dict[str, str]:
        """What the formula's less common functions and constants stand for."""
        used = names(self.formula)
        return {f"{name}(u)": text for name, text in GLOSSARY.items() if name in used} | dict(self.constants)

    @property
    def digest(self) -> str:
        """Of everything that a proof depends on: changes with the formula, a default or a constant."""
        said = (self.formula, [(p.name, p.default) for p in self.parameters], sorted(self.constants.items()))
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    def settings(self, given: Mapping[str, Any]) -> dict[str, float]:
        """Every parameter's value, defaults filled in.

        Raises:
            OutsideDomain: for a parameter that the function has not, or a value outside its domain.
        """
        own = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in own:
                has = f"its parameters: {', '.join(own)}" if own else "it has none"
                raise OutsideDomain(f"{self.name} has no parameter {name!r}; {has}")
        return {name: parameter.check(given.get(name, parameter.default)) for name, parameter in own.items()}


@dataclass(frozen=True, eq=False)
class VectorDefinition(Definition):
    """A function of a whole vector: ``formula`` and ``jacobian`` are for people, the proofs have a file of their own.

    ``gate`` names the elementwise function by which a gated linear unit multiplies. ``line`` is a formula of one ``x``,
    what an output does while all but one input rest; ``line_says`` tells which.
    """

    jacobian: str = ""
    gate: str = ""
    line: str = ""
    line_says: str = ""

    @property
    def where(self) -> dict[str, str]:
        """Nothing that the formula does not spell out."""
        return {}

    @cached_property
    def drawn(self) -> Definition:
        """The line as a definition of its own."""
        return Definition(f"{self.name} line", self.line_says, self.line, "", "")
