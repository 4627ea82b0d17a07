"""What an activation is: formulas, derivatives and the properties that follow from them. Imports no torch.

``gainstage.functions`` is this package and a mapping from names to cards: ``gainstage.functions["gelu"]``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

from gainstage.functions.card import Card, Property
from gainstage.functions.cards import card
from gainstage.functions.catalogue import NOT_ELEMENTWISE, get, known, names
from gainstage.functions.function import Function

__all__ = ["NOT_ELEMENTWISE", "Card", "Function", "Property", "card", "get", "known", "names"]


class _Catalogue(ModuleType):
    """The package as a read-only mapping; ``get`` stays the numeric function that the rest of the package calls."""

    def __getitem__(self, name: str) -> Card:
        return card(name)

    def __iter__(self) -> Iterator[str]:
        from gainstage.functions import cards

        return iter(cards.names())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in tuple(self)


sys.modules[__name__].__class__ = _Catalogue
