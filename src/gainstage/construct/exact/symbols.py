"""Formulas as sympy expressions and back: the canonical text that is evaluated on arrays and on balls alike."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any

import sympy

from gainstage.construct.expression import CONSTANTS, parsed, variables
from gainstage.functions.exact.symbols import SYMBOLS

NAMES: dict[str, Any] = {
    **{name: call for name, call in SYMBOLS.items() if name not in ("number", "power", "pi")},
    "abs": sympy.Abs,
    "sign": sympy.sign,
    "heaviside": sympy.Heaviside,
    "floor": sympy.floor,
    "max": sympy.Max,
    "min": sympy.Min,
    "tan": lambda u: sympy.sin(u) / sympy.cos(u),
    "sinh": lambda u: (sympy.exp(u) - sympy.exp(-u)) / 2,
    "cosh": lambda u: (sympy.exp(u) + sympy.exp(-u)) / 2,
    "asin": sympy.asin,
    "acos": sympy.acos,
    "pi": sympy.pi,
    "e": sympy.E,
}
OPERATIONS: dict[type, Any] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


@lru_cache(maxsize=64)
def read(text: str) -> tuple[Any, tuple[str, ...]]:
    """The sympy expression of ``text`` and the names of its variables, one for each axis."""
    tree = parsed(text)
    return _symbolic(tree), variables(tree)


def written(expression: Any) -> str:
    """``expression`` in the language of formulas: exponents are fractions, other powers exponentials."""
    plain = expression.replace(
        lambda part: part.is_Pow and not part.exp.is_Rational and part.base != sympy.E,
        lambda part: sympy.exp(part.exp * sympy.log(part.base)),
    )
    text = sympy.StrPrinter({"full_prec": False}).doprint(plain)
    for theirs, ours in (("Abs(", "abs("), ("Heaviside(", "heaviside("), ("Max(", "max("), ("Min(", "min(")):
        text = text.replace(theirs, ours)
    return text


@lru_cache(maxsize=512)
def derivative(text: str, *names: str) -> str:
    """The derivative of the formula ``text`` with respect to each of ``names`` in turn, in canonical form."""
    found = read(text)[0]
    for name in names:
        found = sympy.diff(found, sympy.Symbol(name, real=True))
    return written(found)


def _symbolic(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return sympy.Rational(repr(node.value))
    if isinstance(node, ast.Name):
        return NAMES[node.id] if node.id in CONSTANTS else sympy.Symbol(node.id, real=True)
    if isinstance(node, ast.UnaryOp):
        operand = _symbolic(node.operand)
        return -operand if isinstance(node.op, ast.USub) else operand
    if isinstance(node, ast.BinOp):
        return OPERATIONS[type(node.op)](_symbolic(node.left), _symbolic(node.right))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return NAMES[node.func.id](*(_symbolic(argument) for argument in node.args))
    raise TypeError(f"not checked before: {ast.dump(node)}")
