"""The language that formulas are written in: one text, evaluated with arrays, balls, complex numbers or symbols.

A formula is a Python expression in ``x`` and its parameters: ``+ - * / **``, the functions of ``GLOSSARY``, and pieces
as ``left if x <= edge else right``, edges ascending. What a number and a function is, an *algebra* says: a mapping
with ``number``, ``power``, ``pi`` and every function by name. So nothing is written twice, and what is proved is
proved of the very text that is computed.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import CodeType
from typing import Any

Algebra = Mapping[str, Any]
# Functions beyond those that every reader knows, spelled out.
GLOSSARY = {
    "sigmoid": "1/(1 + exp(-u))",
    "softplus": "log(1 + exp(u))",
    "expm1": "exp(u) - 1",
    "log1p": "log(1 + u)",
    "sech": "1/cosh(u)",
    "normal_cdf": "(1 + erf(u/sqrt(2)))/2",
    "normal_pdf": "exp(-u**2/2)/sqrt(2*pi)",
}
COMMON = ("exp", "log", "sqrt", "sin", "cos", "tanh", "atan", "asinh", "erf")


@dataclass(frozen=True, slots=True)
class Edge:
    """Where one piece ends and the next begins; ``closed`` when the left piece holds at the edge itself."""

    at: str
    closed: bool


@lru_cache(maxsize=512)
def pieces(formula: str) -> tuple[tuple[str, ...], tuple[Edge, ...]]:
    """The expressions of the pieces from left to right, and the edges between them.

    Example: ``pieces("0 if x <= 0 else x")`` is ``(("0", "x"), (Edge("0", True),))``.
    """
    node = ast.parse(formula, mode="eval").body
    expressions, edges = [], []
    while isinstance(node, ast.IfExp):
        test = node.test
        compared = isinstance(test, ast.Compare) and ast.unparse(test.left) == "x" and len(test.ops) == 1
        if not (isinstance(test, ast.Compare) and compared and isinstance(test.ops[0], ast.Lt | ast.LtE)):
            raise ValueError(f"a piece ends at `x <= edge` or `x < edge`, not at `{ast.unparse(test)}`: {formula}")
        edges.append(Edge(ast.unparse(test.comparators[0]), isinstance(test.ops[0], ast.LtE)))
        expressions.append(ast.unparse(node.body))
        node = node.orelse
    return (*expressions, ast.unparse(node)), tuple(edges)


def evaluate(expression: str, algebra: Algebra, values: Mapping[str, Any]) -> Any:
    """``expression`` without pieces, with the names in ``values``, by the arithmetic of ``algebra``."""
    return eval(_code(expression), {"__builtins__": {}, **algebra, **values})


@lru_cache(maxsize=2048)
def names(expression: str) -> frozenset[str]:
    """Every name that occurs in ``expression``: variable, parameters and functions."""
    return frozenset(node.id for node in ast.walk(ast.parse(expression)) if isinstance(node, ast.Name))


@lru_cache(maxsize=2048)
def _code(expression: str) -> CodeType:
    tree = _Numbers().visit(ast.parse(expression, mode="eval"))
    tree = _Shared(tree).visit(tree)
    return compile(ast.fix_missing_locations(tree), f"<{expression}>", "eval")


class _Numbers(ast.NodeTransformer):
    """Writes ``0.1`` as ``number("0.1")`` and ``x**2`` as ``power(x, 2, 1)``: no rounding before the algebra's own."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return _call("number", ast.Constant(repr(node.value)))

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        if not isinstance(node.op, ast.Pow):
            return self.generic_visit(node)
        exponent = _fraction(node.right)
        return _call(
            "power", self.visit(node.left), ast.Constant(exponent.numerator), ast.Constant(exponent.denominator)
        )


class _Shared(ast.NodeTransformer):
    """Computes a part that occurs again only once: derivatives repeat the same few functions."""

    def __init__(self, tree: ast.AST) -> None:
        self.numbers: dict[tuple[object, ...], int] = {}
        self.number_of: dict[ast.AST, int] = {}
        self.done: set[int] = set()
        self._enter(tree)
        self.counts = Counter(self.number_of.values())

    def _enter(self, node: object) -> object:
        """A number for each part, the same for parts that read the same."""
        if isinstance(node, list):
            return tuple(self._enter(item) for item in node)
        if not isinstance(node, ast.AST):
            return node
        content = (type(node), *(self._enter(value) for _, value in ast.iter_fields(node)))
        number = self.numbers.setdefault(content, len(self.numbers))
        self.number_of[node] = number
        return ("part", number)

    def visit_Call(self, node: ast.Call | ast.BinOp) -> ast.AST:
        number = self.number_of[node]
        if self.counts[number] == 1:
            return self.generic_visit(node)
        if number in self.done:
            return ast.Name(f"_{number}", ast.Load())
        self.done.add(number)  # its parts are visited, as they are computed, before anything that follows
        return ast.NamedExpr(ast.Name(f"_{number}", ast.Store()), self.generic_visit(node))  # type: ignore[arg-type]

    visit_BinOp = visit_Call


def _call(name: str, *arguments: Any) -> ast.Call:
    return ast.Call(func=ast.Name(name, ast.Load()), args=list(arguments), keywords=[])


def _fraction(node: ast.expr) -> Fraction:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return Fraction(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_fraction(node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _fraction(node.left) / _fraction(node.right)
    raise ValueError(f"an exponent is a fraction of integers, not `{ast.unparse(node)}`")
