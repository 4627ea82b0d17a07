"""Claims about units, linear layers and the binary step."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from gainstage.claims.claim import Part, aside, claim, part
from gainstage.claims.deciders import NEAR, evaluate
from gainstage.functions import get
from gainstage.functions.function import Array, Formula, Function


@claim("neuron", "A unit computes the weighted sum of its inputs plus a bias, and then applies its activation.")
def neuron() -> Iterator[Part]:
    """torch's layer and activation beside a sum written out."""
    import torch

    torch_linear = torch.nn.Linear(5, 3, dtype=torch.float64)
    generator = np.random.default_rng(0)
    weight, bias, x = (generator.standard_normal(shape) for shape in ((3, 5), (3,), (7, 5)))
    with torch.no_grad():
        torch_linear.weight.copy_(torch.from_numpy(weight))
        torch_linear.bias.copy_(torch.from_numpy(bias))
        layer = torch.tanh(torch_linear(torch.from_numpy(x))).numpy()
    sums = [[sum(w * a for w, a in zip(row, example, strict=True)) for row in weight] for example in x]
    by_hand = get("tanh").value(np.array(sums) + bias)
    apart = float(np.max(np.abs(layer - by_hand)))
    text = f"a Linear and a tanh of torch differ from Σ wᵢxᵢ + b, then tanh, by {apart:.2g}"
    yield part("output = f(Σ wᵢxᵢ + b)", apart < 1e-12, text, difference=apart)


@claim("linear-collapse", "A stack of linear layers is one linear layer.")
def linear_collapse() -> Iterator[Part]:
    """A random stack against the product of its matrices, and the rank that a bottleneck leaves."""
    apart, rank = _stack(get("linear"))
    text = f"5 layers differ from the product of their matrices by {apart:.2g} of its size"
    yield part("the stack equals one matrix and one bias", apart < 1e-12, text, difference=apart)
    text = f"through a layer of 3 units the stack's matrix has rank {rank}"
    yield part("its rank is at most that of the narrowest layer", rank <= 3, text, rank=rank)
    bent, _ = _stack(get("relu"))
    yield aside("with a ReLU between them it is not", bent > 0.1, f"then they differ by {bent:.2g}", difference=bent)


def _stack(function: Function) -> tuple[float, int]:
    """Relative difference between five layers and the best affine map in their place, and the rank of that map."""
    generator = np.random.default_rng(0)
    widths = (6, 12, 3, 12, 8, 4)
    x = generator.standard_normal((200, widths[0]))
    out = x
    for entering, leaving in pairwise(widths):
        out = function.value(out @ generator.standard_normal((entering, leaving)) + generator.standard_normal(leaving))
    affine = np.hstack([x, np.ones((len(x), 1))])
    weights = np.linalg.lstsq(affine, out, rcond=None)[0]
    apart = float(np.max(np.abs(affine @ weights - out)) / np.max(np.abs(out)))
    return apart, int(np.linalg.matrix_rank(weights[:-1], tol=1e-9 * float(np.linalg.norm(weights))))


@claim("linear-derivative", "A linear activation's derivative is constant and does not depend on the input.")
def linear_derivative() -> Iterator[Part]:
    """The derivative's spread, and difference quotients that know nothing of it."""
    linear = get("linear")
    slopes = evaluate(linear.derivative, NEAR)
    quotients = np.diff(linear.value(NEAR)) / np.diff(NEAR)
    spread = float(np.ptp(slopes)), float(np.ptp(quotients))
    text = f"f′ = {slopes[0]:g} everywhere; difference quotients spread by {spread[1]:.2g}, which is rounding"
    yield part("f′ is the same everywhere", spread[0] == 0 and spread[1] < 1e-9, text, spread=list(spread))


@claim(
    "step-gradient",
    "A binary step's gradient is zero (wherever it exists), so gradient descent cannot train through it.",
)
def step_gradient() -> Iterator[Part]:
    """The derivative, a training through it, and the way round."""
    step = get("binary_step")
    away = NEAR[np.abs(NEAR) > 1e-6]
    quotients = (step.value(away + 1e-7) - step.value(away - 1e-7)) / 2e-7
    largest = float(np.max(np.abs(quotients)))
    text = f"difference quotients away from the jump are at most {largest:g}"
    yield part("the gradient is zero wherever it exists", largest == 0, text, largest=largest)
    moved, start, end = _train(step, step.derivative)
    text = f"in 300 steps its weights moved by {moved:g}; the loss went from {start:.3g} to {end:.3g}"
    yield part("gradient descent cannot train through it", moved == 0, text, moved=moved, loss=[start, end])
    moved, start, end = _train(step, np.ones_like)
    text = f"with the identity's slope in its place (Bengio et al. 2013) the loss went from {start:.3g} to {end:.3g}"
    yield aside("a straight-through estimator is the way round", end < 0.5 * start, text, loss=[start, end])


def _train(function: Function, slope: Formula) -> tuple[float, float, float]:
    """Let one unit learn a half-plane by descent: movement of its weights, squared error before and after."""
    generator = np.random.default_rng(0)
    x = np.hstack([generator.standard_normal((200, 2)), np.ones((200, 1))])
    target = (x @ np.array([1.0, -1.0, 0.2]) > 0).astype(float)
    start = weights = generator.standard_normal(3)

    def loss(at: Array) -> float:
        return float(np.mean((function.value(x @ at) - target) ** 2))

    for _ in range(300):
        error = function.value(x @ weights) - target
        weights = weights - 0.1 * 2 * (error * slope(x @ weights)) @ x / len(x)
    return float(np.max(np.abs(weights - start))), loss(start), loss(weights)
