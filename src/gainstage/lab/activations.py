"""Activations as a panel offers them: those of the catalogue with their parameters, and a formula of one's own."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any

import numpy as np

from gainstage.construct.expression import CONSTANTS, ON_ARRAYS, parsed, variables
from gainstage.construct.expression import on_arrays as computed
from gainstage.errors import GainstageError
from gainstage.functions.catalogue import get
from gainstage.functions.custom import Differences
from gainstage.functions.definition import Parameter
from gainstage.functions.entries import DEFINITIONS, gated, rectifiers, shapes, squashing
from gainstage.functions.function import Array, Formula, Function
from gainstage.functions.language import evaluate
from gainstage.lab.controls import Choice, Control, Slider, Text
from gainstage.lab.panel import Query

OWN, NONE = "own", "none"
FAMILIES = {"rectifiers": rectifiers, "gated": gated, "squashing": squashing, "other shapes": shapes}
LARGEST = 1e9  # of a number that a formula computes before x comes in
REACH = 5.0  # of a parameter's slider, where its domain is wider
STEPS = 100


class NoFormula(GainstageError, ValueError):
    """A text that is no formula in x; the message says which part is wrong."""


@lru_cache(maxsize=64)
def options(own: bool, none: bool) -> dict[str, tuple[tuple[str, str], ...]]:
    """All elementwise functions of the catalogue by family, and what else may be chosen."""
    first = ((NONE, "none"),) * none + ((OWN, "your own formula"),) * own
    families = {
        family: tuple(sorted((entry.name, f"{entry.name} · {entry.title}") for entry in module.ENTRIES))
        for family, module in FAMILIES.items()
    }
    return {**({"": first} if first else {}), **families}


def choice(name: str, label: str, default: str, *, own: bool = True, none: bool = False) -> Choice:
    """The list to choose an activation from."""
    return Choice(name, label, default, options(own, none))


def settings(query: Query, name: str, default: str, formula: str) -> tuple[Control, ...]:
    """The controls that belong to the activation that ``name`` chooses: its parameters, or the formula's text."""
    chosen = query.get(name, default)
    if chosen == OWN:
        return (Text(f"{name}.f", "Your formula in x", formula, hint="such as x*sigmoid(2*x) or max(x, tanh(x))"),)
    definition = DEFINITIONS.get(chosen)
    return tuple(slider(name, parameter) for parameter in definition.parameters) if definition else ()


def slider(name: str, parameter: Parameter) -> Slider:
    """A slider for a parameter, as far as its domain and a picture reach."""
    low, high = (float(end) for end in parameter.domain[1:-1].split(","))
    reach = 2 * abs(parameter.default) if abs(parameter.default) > REACH else REACH if parameter.default > 0.1 else 1.0
    label = f"{parameter.name.replace('_', ' ')}: {parameter.meaning}"
    if parameter.whole:
        return Slider(f"{name}.{parameter.name}", label, parameter.default, max(low, 1.0), min(high, reach), 1.0)
    left, right = max(low, -reach), min(high, reach)
    step = 10 ** np.floor(np.log10((right - left) / STEPS))
    left = left if parameter.domain[0] == "[" or left > low else left + step
    right = right if parameter.domain[-1] == "]" or right < high else right - step
    return Slider(f"{name}.{parameter.name}", label, parameter.default, float(left), float(right), float(step))


def given(values: Any, name: str) -> tuple[tuple[str, Any], ...]:
    """What the controls of :func:`settings` were set to, by the name that the function knows."""
    front = f"{name}."
    return tuple(sorted((key.removeprefix(front), value) for key, value in values.items() if key.startswith(front)))


def function(chosen: str, settings: tuple[tuple[str, Any], ...]) -> Function:
    """The function behind a choice; :class:`NoFormula` or ``OutsideDomain`` where there is none."""
    return own(dict(settings).get("f", "")) if chosen == OWN else get(chosen, dict(settings))


@lru_cache(maxsize=64)
def own(text: str) -> Function:
    """A formula in x as a function, its derivative by central differences.

    Raises:
        NoFormula: with the part that is wrong.
    """
    return Function(text, value := formula(text), Differences(value))


@lru_cache(maxsize=64)
def formula(text: str) -> Formula:
    """A formula in x on arrays. Nothing of it is evaluated before every node has been checked.

    Raises:
        NoFormula: with the part that is wrong.
    """
    if "\x00" in text:  # Python 3.10 would not call this a wrong syntax
        raise NoFormula(f"{text!r} is no formula: it holds a null character")
    tree = parsed(text)
    found = variables(tree)
    if len(found) != 1:
        raise NoFormula(f"{text!r} has the variables {', '.join(found)}; expected a formula in x alone")
    plain = ast.unparse(_bounded(_Powers().visit(tree), text))

    def value(x: Array) -> Array:
        return np.array(computed(plain, {found[0]: np.asarray(x, dtype=float), "e": np.array(np.e)}), dtype=float)

    try:
        value(np.zeros(1))
    except (ArithmeticError, ValueError) as error:
        raise NoFormula(f"{text!r} cannot be computed: {error}") from None
    return value


class _Powers(ast.NodeTransformer):
    """Writes powers whose exponent is no fraction of integers as exponentials, and decimals as fractions."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Pow) or _is_fraction(node.right):
            return node
        logarithm = ast.Call(ast.Name("log", ast.Load()), [node.left], [])
        return ast.Call(ast.Name("exp", ast.Load()), [ast.BinOp(node.right, ast.Mult(), logarithm)], [])


def _is_fraction(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_fraction(node.operand)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Div) and _is_fraction(node.left) and _is_fraction(node.right)
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _bounded(tree: ast.expr, text: str) -> ast.expr:
    """``tree``, in which no part without a variable is larger than what floats and proofs can bear."""
    for node in ast.walk(tree):
        constant = isinstance(node, ast.BinOp | ast.Call | ast.Constant) and not _free(node)
        if constant and not abs(_number(node)) <= LARGEST:
            raise NoFormula(f"{ast.unparse(node)} in {text!r} is no number up to {LARGEST:g}")
    return tree


def _free(node: ast.AST) -> bool:
    called = {id(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
    names = (part.id for part in ast.walk(node) if isinstance(part, ast.Name) and id(part) not in called)
    return any(name not in CONSTANTS for name in names)


def _number(node: ast.AST) -> float:
    assert isinstance(node, ast.expr)
    with np.errstate(all="ignore"):
        try:
            return float(evaluate(ast.unparse(node), {**ON_ARRAYS, "e": np.e}, {}))
        except (OverflowError, ZeroDivisionError, ValueError):
            return float("nan")
