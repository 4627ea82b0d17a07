"""Claims about leaky ReLU, PReLU and Maxout."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gainstage.claims.claim import Part, Proof, aside, claim, part
from gainstage.claims.deciders import LINE, NEAR, evaluate, intervals, minimum, monotony, same, spoken
from gainstage.claims.questions import is_monotonic
from gainstage.functions import get
from gainstage.functions.function import Array

SLOPES = tuple(np.linspace(-2.0, 2.0, 33))
NAMED = (0.001, 0.01, 0.1)


def leaky_is_maximum(slope: float) -> bool:
    """Whether leaky ReLU of that slope equals max(slope · x, x)."""
    return same(get("leaky_relu", {"negative_slope": slope}).value, lambda x: np.maximum(slope * x, x), NEAR)


@claim("leaky-form", "Leaky ReLU = max(αx, x) with α of 0.001, 0.01 or 0.1.")
def leaky_form() -> Iterator[Part]:
    """The three values named, and for which others it is true."""
    equal = {slope: leaky_is_maximum(slope) for slope in NAMED}
    text = ", ".join(f"α = {slope:g}: {'equal' if true else 'not equal'}" for slope, true in equal.items())
    yield part("it equals max(αx, x) for each α named", all(equal.values()), text)
    where = spoken(intervals(leaky_is_maximum, SLOPES), "α", SLOPES[0], SLOPES[-1])
    yield aside("it does so for every α", where == "α", f"it does for {where} (tried on −2…2)", condition=where)


@claim("leaky-derivative", "Leaky ReLU's derivative is 1 for x > 0 and ranges over (0, 1) for x < 0.")
def leaky_derivative() -> Iterator[Part]:
    """The values that the derivative takes on each half-line."""
    leaky = get("leaky_relu")
    above, below = (np.unique(evaluate(leaky.derivative, LINE[side])) for side in (LINE > 0, LINE < 0))
    yield part("it is 1 for x > 0", above.tolist() == [1.0], f"it takes the value {above[0]:g}", values=above.tolist())
    ranges = bool(below.min() < 0.05 and below.max() > 0.95 and len(below) > 100)
    text = (
        f"it is the constant α = {below[0]:g}"
        if len(below) == 1
        else f"it runs from {below.min():.3g} to {below.max():.3g}"
    )
    yield part("it ranges over (0, 1) for x < 0", ranges, text, infimum=float(below.min()), supremum=float(below.max()))


@claim("leaky-alive", "A leaky unit never dies.")
def leaky_alive() -> Iterator[Part]:
    """A dead unit passes no gradient on any input: the smallest derivative says whether that can be."""
    for slope in NAMED:
        leaky = get("leaky_relu", {"negative_slope": slope})
        least = minimum(lambda x, f=leaky: np.abs(f.derivative(x)))
        text = f"|f′| ≥ {least.value:g}: the gradient of a unit far below zero is weak and not zero"
        yield part(f"with α = {slope:g} every input passes some gradient", least.value > 0, text, least=least.value)


@claim("prelu-special", "PReLU is ReLU at a = 0, leaky ReLU at a small fixed a > 0, and learnable otherwise.")
def prelu_special() -> Iterator[Part]:
    """Both special cases as functions; torch's module for the learning."""
    for a, name, parameters in ((0.0, "relu", {}), (0.01, "leaky_relu", {"negative_slope": 0.01})):
        prelu, other = get("prelu", {"weight": a}), get(name, parameters)
        equal = same(prelu.value, other.value) and same(prelu.derivative, other.derivative, LINE[LINE != 0])
        text = "value and derivative agree on the line" if equal else "they differ"
        yield part(f"at a = {a:g} it is {name}", equal, text)
    start, end = _learnt_slope()
    text = f"fitted to |x| by gradient descent, a went from {start:.3g} to {end:.3g}"
    yield part("its slope is learnable", abs(end + 1) < 0.01, text, slope=[start, end])


def _learnt_slope() -> tuple[float, float]:
    """Slope of torch's PReLU before and after fitting |x|, whose slope is −1 below zero."""
    import torch

    unit, x = torch.nn.PReLU(), torch.linspace(-1, 1, 101)
    start = unit.weight.item()
    optimizer = torch.optim.SGD(unit.parameters(), lr=1.0)
    for _ in range(100):
        optimizer.zero_grad()
        (unit(x) - x.abs()).square().mean().backward()
        optimizer.step()
    return start, unit.weight.item()


def prelu_is_monotonic(a: float, order: int = 0) -> bool:
    """Whether PReLU (its derivative) is monotonic at that slope."""
    function = get("prelu", {"weight": a})
    return monotony(function.derivative if order else function.value).monotonic


@claim("prelu-monotonic", "PReLU is monotonic for a ≥ 0, and its derivative is monotonic only for a = 1.")
def prelu_monotonic() -> Iterator[Part]:
    """For which a is each of them monotonic?"""
    found = spoken(intervals(prelu_is_monotonic, SLOPES), "a", SLOPES[0], SLOPES[-1])
    yield part(
        "PReLU is monotonic exactly for a ≥ 0", found == "0 ≤ a", f"it is for {found}, tried on −2…2", condition=found
    )
    found = spoken(intervals(lambda a: prelu_is_monotonic(a, 1), SLOPES), "a", SLOPES[0], SLOPES[-1])
    step = is_monotonic(get("prelu", {"weight": 0.25}), order=1)
    where = "every a" if found == "a" else found
    text = f"it is for {where}: at a = 0.25 the derivative steps from 0.25 to 1, {step.numbers.get('kind', 'turning')}"
    asked = "its derivative is monotonic only for a = 1"
    # One other a suffices to refute it, and that one may be proved.
    proof: Proof = "numerical" if found == "a = 1" else step.proof
    yield part(asked, found == "a = 1", text, proof, condition=found, counterexample_a=0.25)


@claim("prelu-max", "PReLU = max(ax, x).")
def prelu_max() -> Iterator[Part]:
    """For which a?"""
    found = intervals(lambda a: same(get("prelu", {"weight": a}).value, lambda x: np.maximum(a * x, x), NEAR), SLOPES)
    where = spoken(found, "a", SLOPES[0], SLOPES[-1])
    verdict = "holds" if where == "a" else "depends" if found else "refuted"
    text = f"equal for {where}, tried on −2…2"
    yield Part(
        "PReLU = max(ax, x) for every a",
        verdict,
        text,
        {"condition": where},
        condition=f"only for {where}" if verdict == "depends" else "",
    )


def maxout(x: Array, slopes: Array, offsets: Array) -> Array:
    """The largest of the affine pieces slopes[i] · x + offsets[i] (Goodfellow et al. 2013)."""
    return np.max(slopes[:, None] * x + offsets[:, None], axis=0)


@claim("maxout", "Maxout takes the largest of k affine pieces; ReLU and leaky ReLU are special cases; it is learnable.")
def maxout_claim() -> Iterator[Part]:
    """The special cases as functions, the learning by descent on the pieces."""
    for name, slopes in (("relu", (0.0, 1.0)), ("leaky_relu", (0.01, 1.0))):
        equal = same(lambda x, s=slopes: maxout(x, np.array(s), np.zeros(2)), get(name).value, NEAR)
        yield part(f"{name} is a special case", equal, f"pieces of slopes {slopes[0]:g} and {slopes[1]:g}, no offsets")
    start, end = _fit_pieces(4)
    _, single = _fit_pieces(1)
    text = (
        f"four pieces fitted to x² on [−1, 1]: mean squared error {start:.3g} before, {end:.2g} after 2,000 steps; "
        f"a single piece comes to {single:.2g}"
    )
    yield part("it is learnable", end < 0.1 * min(start, single), text, loss=[start, end], one_piece=single)


def _fit_pieces(count: int) -> tuple[float, float]:
    """Mean squared error before and after gradient descent on the pieces' slopes and offsets."""
    generator = np.random.default_rng(0)
    x = np.linspace(-1.0, 1.0, 201)
    slopes, offsets = generator.standard_normal(count), np.zeros(count)
    start = float(np.mean((maxout(x, slopes, offsets) - x**2) ** 2))
    for _ in range(2000):
        taken = np.argmax(slopes[:, None] * x + offsets[:, None], axis=0)
        error = maxout(x, slopes, offsets) - x**2
        # The gradient goes to the piece that was the largest.
        slopes = slopes - 0.2 * np.bincount(taken, error * x, count) / len(x)
        offsets = offsets - 0.2 * np.bincount(taken, error, count) / len(x)
    return start, float(np.mean((maxout(x, slopes, offsets) - x**2) ** 2))
