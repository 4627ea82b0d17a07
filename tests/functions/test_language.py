"""The language of formulas: pieces, errors, and the same value whichever algebra evaluates."""

from __future__ import annotations

import pytest

from gainstage.functions.arrays import ARRAYS
from gainstage.functions.definition import Definition
from gainstage.functions.entries import ALIASES, DEFINITIONS, VECTORS
from gainstage.functions.exact.symbols import derivative, same, symbolic
from gainstage.functions.language import COMMON, GLOSSARY, Edge, evaluate, names, pieces


def test_pieces_and_edges() -> None:
    assert pieces("x**2") == (("x ** 2",), ())
    assert pieces("0 if x <= -a else x if x < b/2 else 1") == (
        ("0", "x", "1"),
        (Edge("-a", True), Edge("b / 2", False)),
    )


@pytest.mark.parametrize("formula", ["0 if x > 0 else 1", "0 if a <= x else 1", "0 if 0 <= x <= 1 else 2"])
def test_pieces_end_at_an_edge_of_x(formula: str) -> None:
    with pytest.raises(ValueError, match="a piece ends at"):
        pieces(formula)


def test_exponents_are_fractions() -> None:
    assert evaluate("x**(-3/2)", ARRAYS, {"x": 4.0}) == 0.125
    with pytest.raises(ValueError, match="fraction of integers"):
        evaluate("x**x", ARRAYS, {"x": 4.0})


def test_formulas_reach_nothing_but_the_algebra() -> None:
    with pytest.raises(NameError):
        evaluate("open('/etc/passwd')", ARRAYS, {"x": 1.0})


def test_repeated_parts_are_computed_once() -> None:
    calls: list[float] = []

    def counted(u: float) -> float:
        calls.append(u)
        return u + 1

    algebra = {**ARRAYS, "exp": counted}
    assert evaluate("exp(2*x)*exp(2*x) + x*exp(2*x)", algebra, {"x": 3.0}) == 49 + 21
    assert calls == [6.0]
    assert evaluate("exp(exp(x)) + exp(x)", algebra, {"x": 1.0}) == 3 + 2
    assert calls == [6.0, 1.0, 2.0]


def test_every_name_in_a_formula_has_a_meaning() -> None:
    functions = {*COMMON, *GLOSSARY, "x", "pi"}
    for definition in DEFINITIONS.values():
        own = {parameter.name for parameter in definition.parameters} | set(definition.constants)
        edges = set().union(*(names(edge.at) for edge in definition.edges))
        used = set().union(*(names(piece) for piece in definition.pieces)) | edges
        assert used - functions - own == set(), definition.name
        assert own <= used, definition.name
        assert definition.reference and definition.torch and definition.title


def test_the_catalogue_is_large_and_its_names_are_unique() -> None:
    assert len(DEFINITIONS) + len(VECTORS) >= 55
    assert not set(DEFINITIONS) & set(VECTORS)
    assert not set(ALIASES) & ({*DEFINITIONS, *VECTORS})
    assert set(ALIASES.values()) <= {*DEFINITIONS, *VECTORS}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_derivatives_in_the_language_are_sympys(name: str) -> None:
    """Written without cancellation or not, it is the derivative: symbolically, or at 40 digits."""
    import sympy

    from gainstage.functions.exact.symbols import X, spelled_out

    definition: Definition = DEFINITIONS[name]
    for piece in definition.pieces:
        ours = spelled_out(symbolic(derivative(piece)))
        theirs = sympy.diff(spelled_out(symbolic(piece)), X)
        for number in (sympy.Rational(-13, 7), sympy.Rational(5, 3)):
            values = {symbol: sympy.Rational(3, 11) for symbol in (ours - theirs).free_symbols - {X}}
            difference = (ours - theirs).subs(values).subs(X, number)
            assert abs(sympy.N(difference, 60, maxn=500)) < 1e-40, (name, piece)


def test_sameness_is_proved_or_not_claimed() -> None:
    assert same(symbolic("tanh(x)"), symbolic("2*sigmoid(2*x) - 1"))
    assert not same(symbolic("tanh(x)"), symbolic("2*sigmoid(2*x) - 99/100"))
