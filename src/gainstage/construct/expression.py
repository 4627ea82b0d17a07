"""Formulas that people type: checked for what they may contain, and evaluated on arrays.

A formula is a Python expression in its variables, ``^`` meaning ``**``, with the functions of ``FUNCTIONS``. It is
never handed to ``eval`` before every node of it has been checked.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Mapping
from typing import Any

import numpy as np

from gainstage.construct.errors import CannotApproximate
from gainstage.functions.arrays import ARRAYS
from gainstage.functions.function import Array
from gainstage.functions.language import COMMON, GLOSSARY, evaluate

ALGEBRAIC = ("abs", "sign", "heaviside", "floor", "max", "min", "tan", "sinh", "cosh", "asin", "acos")
FUNCTIONS = (*COMMON, *GLOSSARY, *ALGEBRAIC)
SPELLINGS = {
    "Abs": "abs",
    "Heaviside": "heaviside",
    "Max": "max",
    "Min": "min",
    "ln": "log",
    "arctan": "atan",
    "arcsin": "asin",
    "arccos": "acos",
    "E": "e",
}
CONSTANTS = ("pi", "e")
VARIABLES = ("x", "y", "z")  # in the order of the axes; a formula of one variable may call it as it likes
ALLOWED = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Load, ast.Constant,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd,
)  # fmt: skip
BENT = frozenset({"abs", "max", "min"})
JUMPING = frozenset({"sign", "heaviside", "floor"})

EXTRA_ARRAYS: dict[str, Any] = {
    "abs": np.abs,
    "sign": np.sign,
    "heaviside": lambda u: np.heaviside(u, 0.5),
    "floor": np.floor,
    "max": lambda *many: np.max(np.broadcast_arrays(*many), axis=0),
    "min": lambda *many: np.min(np.broadcast_arrays(*many), axis=0),
    "asin": np.arcsin,
    "acos": np.arccos,
}
ON_ARRAYS = {**ARRAYS, **EXTRA_ARRAYS, "power": lambda base, above, below: np.power(base, above / below)}


def parsed(text: str) -> ast.expr:
    """The checked tree of ``text``, with every name in our spelling.

    Raises:
        CannotApproximate: for what is no formula, saying which part, and which functions there are.
    """
    try:
        tree = ast.parse(str(text).strip().replace("^", "**"), mode="eval")
    except SyntaxError as error:
        raise CannotApproximate(f"{text!r} is no formula: {error.msg}; expected one like sin(3*x)*exp(-x/2)") from None
    for node in ast.walk(tree):
        _check(node, text)
    return _Spelled().visit(tree).body


def variables(tree: ast.expr) -> tuple[str, ...]:
    """The variables of a checked formula: x, y, z in this order, or the only other name that occurs in it."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called}
    free = sorted(used - set(CONSTANTS))
    if len(free) == 1 and free[0] not in VARIABLES:
        return (free[0],)
    foreign = [name for name in free if name not in VARIABLES]
    if foreign:
        near = difflib.get_close_matches(foreign[0], FUNCTIONS, n=1)
        hint = f"; did you mean the function {near[0]}(...)?" if near else "; variables are x, y and z"
        raise CannotApproximate(f"unknown name {foreign[0]!r} in the formula{hint}")
    last = max((VARIABLES.index(name) for name in free), default=0)
    return VARIABLES[: last + 1]


def on_arrays(expression: str, values: Mapping[str, Array]) -> Array:
    """The values of a formula in canonical form; nan and infinities where it has none, in the shape of the inputs."""
    shape = np.broadcast_shapes(*(np.shape(value) for value in values.values()))
    with np.errstate(all="ignore"):
        return np.broadcast_to(np.asarray(evaluate(expression, ON_ARRAYS, values), dtype=float), shape)


def number(text: str) -> float:
    """The value of a formula without variables, as in ``2*pi``."""
    tree = parsed(text)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if names - set(CONSTANTS) - set(FUNCTIONS):
        raise CannotApproximate(f"{text!r} is no number; expected one like 0, -1.5 or 2*pi")
    return float(evaluate(ast.unparse(tree), {**ON_ARRAYS, "e": np.e}, {}))


def _check(node: ast.AST, text: str) -> None:
    if not isinstance(node, ALLOWED):
        raise CannotApproximate(f"{type(node).__name__} has no place in a formula: {text!r}; expected + - * / ** ( )")
    if isinstance(node, ast.Constant) and (isinstance(node.value, bool) or not isinstance(node.value, int | float)):
        raise CannotApproximate(f"{node.value!r} in {text!r} is no number")
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if SPELLINGS.get(name, name) not in FUNCTIONS:
            near = difflib.get_close_matches(name, FUNCTIONS, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise CannotApproximate(f"unknown function {name!r}{hint} (known: {', '.join(FUNCTIONS)})")
        many = SPELLINGS.get(name, name) in ("max", "min")
        if node.keywords or not (len(node.args) == 1 or (many and node.args)):
            raise CannotApproximate(f"{ast.unparse(node)}: {name} takes {'numbers' if many else 'one number'}")


class _Spelled(ast.NodeTransformer):
    """Other spellings of the same names."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(SPELLINGS.get(node.id, node.id), node.ctx)
