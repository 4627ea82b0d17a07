"""The language of formulas on symbols: derivatives, limits and identities, by sympy."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sympy

from gainstage.functions.language import COMMON, evaluate, names

X = sympy.Symbol("x", real=True)


class _Special(sympy.Function):
    """A function that stays whole, so that its derivative is written in the form that does not cancel."""

    nargs = 1

    def __new__(cls, *arguments: Any) -> Any:
        return super().__new__(cls, *arguments)

    @property
    def u(self) -> Any:
        """The argument."""
        return self.args[0]


class sigmoid(_Special):
    """1 / (1 + e^-u); its derivative is the product of both sides, exact where 1 - sigmoid cancels."""

    def fdiff(self, argindex: int = 1) -> Any:
        return sigmoid(self.u) * sigmoid(-self.u)


class softplus(_Special):
    """log(1 + e^u)."""

    def fdiff(self, argindex: int = 1) -> Any:
        return sigmoid(self.u)


class tanh(_Special):
    """The hyperbolic tangent; its derivative is sech^2, not 1 - tanh^2."""

    @classmethod
    def eval(cls, *args: Any) -> Any:
        return -cls(-args[0]) if args[0].could_extract_minus_sign() else None

    def fdiff(self, argindex: int = 1) -> Any:
        return sech(self.u) ** 2


class sech(_Special):
    """1 / cosh u."""

    @classmethod
    def eval(cls, *args: Any) -> Any:
        return cls(-args[0]) if args[0].could_extract_minus_sign() else None

    def fdiff(self, argindex: int = 1) -> Any:
        return -sech(self.u) * tanh(self.u)


class expm1(_Special):
    """e^u - 1."""

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.exp(self.u)


class log1p(_Special):
    """log(1 + u)."""

    def fdiff(self, argindex: int = 1) -> Any:
        return 1 / (1 + self.u)


class normal_cdf(_Special):
    """The standard normal distribution function."""

    def fdiff(self, argindex: int = 1) -> Any:
        return normal_pdf(self.u)


class normal_pdf(_Special):
    """The standard normal density."""

    def fdiff(self, argindex: int = 1) -> Any:
        return -self.u * normal_pdf(self.u)


SPELLED_OUT = {
    sigmoid: lambda u: 1 / (1 + sympy.exp(-u)),
    softplus: lambda u: sympy.log(1 + sympy.exp(u)),
    tanh: lambda u: sympy.tanh(u),
    sech: lambda u: 1 / sympy.cosh(u),
    expm1: lambda u: sympy.exp(u) - 1,
    log1p: lambda u: sympy.log(1 + u),
    normal_cdf: lambda u: (1 + sympy.erf(u / sympy.sqrt(2))) / 2,
    normal_pdf: lambda u: sympy.exp(-u * u / 2) / sympy.sqrt(2 * sympy.pi),
}
SYMBOLS = {
    "number": lambda text: sympy.Rational(str(text)),
    "power": lambda base, above, below: base ** sympy.Rational(above, below),
    "pi": sympy.pi,
    **{name: getattr(sympy, name) for name in COMMON},
    **{kind.__name__: kind for kind in SPELLED_OUT},
}


def symbolic(expression: str, values: Mapping[str, Any] | None = None) -> Any:
    """``expression`` as a sympy expression in the real symbol ``x``; names without a value become symbols."""
    free = {name: sympy.Symbol(name, real=True) for name in names(expression) if name not in SYMBOLS}
    given = {name: sympy.Rational(str(value)) for name, value in (values or {}).items()}
    return sympy.sympify(evaluate(expression, SYMBOLS, {**free, **given, "x": X}))


@lru_cache(maxsize=1024)
def derivative(expression: str, order: int = 1) -> str:
    """The derivative of ``expression`` with respect to ``x``, again in the language of formulas."""
    found = symbolic(expression)
    for _ in range(order):
        found = sympy.diff(found, X)
    return str(_without_cancellation(found))


def _without_cancellation(expression: Any) -> Any:
    """The same in the form in which nothing cancels that need not, neither in rounding nor in intervals."""
    kinds = {type(atom) for atom in expression.atoms(sympy.Function)}
    if not kinds:  # only powers of x: a common denominator
        shorter = sympy.factor(sympy.together(expression))
        return shorter if sympy.count_ops(shorter) < sympy.count_ops(expression) else expression
    if kinds <= {sympy.sin, sympy.cos}:
        return sympy.trigsimp(expression)
    if kinds == {sigmoid} and not expression.replace(sigmoid, lambda _: sympy.Integer(1)).has(X):
        return _product(sympy.expand(expression))
    return expression.replace(
        lambda part: part.is_Add and part.has(sech) and part == 1 - sech(X) ** 2, lambda _: tanh(X) ** 2
    )


def _product(expression: Any) -> Any:
    """``sigmoid(u) - sigmoid(v)`` with a constant v - u as ``sigmoid(u) sigmoid(-v) (1 - e^(v - u))``."""
    u, v = sympy.Wild("u"), sympy.Wild("v")
    found = expression.match(sigmoid(u) - sigmoid(v)) if expression.is_Add and len(expression.args) == 2 else None
    if found is None or (apart := sympy.expand(found[v] - found[u])).has(X):
        return expression
    return -expm1(apart) * sigmoid(found[u]) * sigmoid(-found[v])


def spelled_out(expression: Any) -> Any:
    """``expression`` in sympy's own functions, about which it knows limits and identities."""
    for kind, formula in SPELLED_OUT.items():
        expression = expression.replace(kind, formula)
    return expression


def same(left: Any, right: Any) -> bool:
    """Whether the two are proved to be equal; False when they differ or no proof was found."""
    difference = spelled_out(left - right)
    return difference == 0 or sympy.simplify(difference) == 0 or sympy.simplify(difference.rewrite(sympy.exp)) == 0


def period(expression: str, decimals: Mapping[str, str]) -> bool:
    """Whether ``expression`` is proved to repeat itself."""
    found = spelled_out(symbolic(expression, decimals))
    if not found.atoms(sympy.sin, sympy.cos) or (length := sympy.periodicity(found, X)) is None:
        return False
    return same(found.subs(X, X + length), found)
