"""A card: what is known of one function, each property with the state of its proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gainstage.display import as_html
from gainstage.functions.function import Function

Proof = Literal["certified", "numerical", "unknown"]


@dataclass(frozen=True, slots=True)
class Property:
    """One property and how sure it is.

    ``certified``: proved by interval arithmetic or symbolically, over the whole range of float32; every number in
    ``value`` is within ``tolerance`` of the truth. ``numerical``: found by computing at many points, probably within
    ``tolerance``. ``unknown``: nothing is claimed, and ``value`` is None. Infinite bounds are ``inf``.
    """

    value: Any
    proof: Proof = "certified"
    tolerance: float = 0.0


UNKNOWN = Property(None, "unknown")


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """One function of the catalogue with its parameters filled in.

    ``formula`` and ``derivative`` are texts in ``x``; ``where`` spells out what they use. ``function`` computes both on
    NumPy arrays, None for functions of a whole vector. ``line`` is what one draws of it: the function itself, or what
    one output does while one input moves, and ``line_says`` which. ``torch`` is the same as a torch expression, ``F``
    standing for ``torch.nn.functional``.

    Example:
        >>> import gainstage
        >>> gainstage.functions["relu"].properties["lipschitz"]
        Property(value=1.0, proof='certified', tolerance=0.0)
    """

    name: str
    title: str
    formula: str
    derivative: str
    parameters: Mapping[str, float]
    properties: Mapping[str, Property]
    torch: str
    module: str
    reference: str
    note: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, str] = field(default_factory=dict)
    function: Function | None = field(default=None, repr=False)
    line: Function | None = field(default=None, repr=False)
    line_says: str = ""

    def __repr__(self) -> str:
        given = "".join(f", {name}={value:g}" for name, value in self.parameters.items())
        return f"Card({self.name}{given}: {self.formula})"

    _repr_html_ = as_html

    @property
    def elementwise(self) -> bool:
        """Whether every output depends on one input only."""
        return self.function is not None

    def __getitem__(self, name: str) -> Any:
        """The value of the property ``name``."""
        return self.properties[name].value
