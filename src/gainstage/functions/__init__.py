"""What an activation is: formulas, derivatives and the properties that follow from them. Imports no torch."""

from gainstage.functions.catalogue import NOT_ELEMENTWISE, get, known, names
from gainstage.functions.function import Function

__all__ = ["NOT_ELEMENTWISE", "Function", "get", "known", "names"]
