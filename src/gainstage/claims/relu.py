"""Claims about ReLU: its form, why its units die, and where it belongs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gainstage.claims import data, float32
from gainstage.claims.claim import Part, across, aside, claim, part
from gainstage.claims.deciders import LINE, at, evaluate, same
from gainstage.claims.networks import apart
from gainstage.claims.questions import is_monotonic, is_zero_centred, proved
from gainstage.functions import get
from gainstage.functions.function import Array, Function


@claim("relu-form", "ReLU = max(0, x), derivative 1 for x > 0 and 0 for x < 0; both are monotonic.")
def relu_form() -> Iterator[Part]:
    """Value, derivative, monotony; what the framework returns at 0 beside it."""
    relu = get("relu")
    equal = same(relu.value, lambda x: np.maximum(0.0, x))
    yield part("ReLU = max(0, x)", equal, "equal at every point of the line" if equal else "not equal")
    slopes = evaluate(relu.derivative, LINE[LINE != 0])
    right = bool((slopes == (LINE[LINE != 0] > 0)).all())
    text = f"it takes the values {', '.join(f'{v:g}' for v in np.unique(slopes)[:4])} on the two half-lines"
    yield part("its derivative is 1 for x > 0 and 0 for x < 0", right, text)
    yield is_monotonic(relu)
    yield is_monotonic(relu, order=1)
    chosen = float(float32.slope("relu")([0.0])[0])
    yield aside(
        "at 0, where there is no derivative, torch returns 0", chosen == 0, f"it returns {chosen:g}", slope=chosen
    )


@claim("relu-centre", "ReLU is not zero-centred.")
def relu_centre() -> Iterator[Part]:
    """The same question as of tanh, answered the other way."""
    centred = is_zero_centred(get("relu"))
    yield part("ReLU is not zero-centred", centred.verdict == "refuted", centred.text, centred.proof, **centred.numbers)


@claim("relu-dead-cause", "Units die because ReLU is not differentiable at zero.")
def relu_dead_cause() -> Iterator[Part]:
    """Both properties in all combinations: a kink at zero, a derivative of 0 on the negative half-line."""
    functions = (get("relu"), get("relu_squared"), get("leaky_relu"), get("silu"))
    kinked = {f.name: proved(f, "smoothness") == 0 for f in functions}
    dead = {f.name: _passes_nothing_below_zero(f) for f in functions}
    told = [f"{f} ({'kink' if kinked[f] else 'smooth'}) {'dies' if dead[f] else 'lives'}" for f in dead]
    text = f"a unit whose pre-activations are all negative: {', '.join(told)}"
    asked = "those functions die that are not differentiable at zero"
    yield part(asked, dead == kinked, text, kink_at_zero=kinked, no_gradient=dead)
    hits = float(np.mean(_pre_activations(0) == 0))
    text = f"{hits:.2%} of the pre-activations of a random layer on digits are exactly 0"
    yield aside("pre-activations fall on the kink", hits > 0.01, text, share=hits)


def _passes_nothing_below_zero(function: Function) -> bool:
    """Whether a unit gets no gradient from any of the negative pre-activations that a layer on digits has."""
    z = _pre_activations(0)
    return not np.any(evaluate(function.derivative, z[z < 0]))


def _pre_activations(seed: int, layers: int = 1, width: int = 64) -> Array:
    """What reaches the units of layer ``layers`` of a random network on digits: examples × units."""
    generator = np.random.default_rng(seed)
    x = data.digits().inputs
    for layer in range(layers):
        x = get("relu").value(x) if layer else x
        x = x @ generator.standard_normal((x.shape[1], width)) * np.sqrt(2 / x.shape[1])
    return x


@claim(
    "relu-dead-forever", "A ReLU unit whose pre-activation is negative for every input gets no gradient and stays dead."
)
def relu_dead_forever() -> Iterator[Part]:
    """A layer whose first unit is dead, trained on digits: its own parameters; earlier layers beside it."""
    with apart():
        gradient, moved, living, _ = _train_with_dead_unit("relu", freeze_below=True)
    with apart():
        *_, revived = _train_with_dead_unit("relu", freeze_below=False)
    text = f"its largest weight gradient in 200 steps is {gradient:g} (another unit's {living:.2g})"
    yield part("it gets no gradient", gradient == 0 < living, text, gradient=gradient, other=living)
    text = f"its weights and bias moved by {moved:g}"
    yield part("it stays dead, its parameters as they were", moved == 0, text, moved=moved)
    text = f"where the layer below learns too, {revived:.0%} of the examples reach the unit again after 200 steps"
    yield aside("earlier layers may still move its inputs", revived > 0, text, revived_share=revived)


def _train_with_dead_unit(name: str, *, freeze_below: bool) -> tuple[float, float, float, float]:
    """The dead unit's largest gradient and its movement, another's gradient, share of examples that reach it after."""
    import torch
    from torch.nn.functional import cross_entropy

    train, _ = data.digits().split()
    x, y = torch.tensor(train.inputs, dtype=torch.float32), torch.tensor(train.targets, dtype=torch.long)
    function = getattr(torch.nn.functional, name)
    below, layer, out = torch.nn.Linear(64, 32), torch.nn.Linear(32, 32), torch.nn.Linear(32, 10)
    with torch.no_grad():
        reach = (function(below(x)) @ layer.weight[0]).max()
        layer.bias[0] = -reach - 0.05
    learning = [*layer.parameters(), *out.parameters(), *([] if freeze_below else below.parameters())]
    optimizer = torch.optim.SGD(learning, lr=0.5)
    before = layer.weight[0].clone(), layer.bias[0].clone()
    gradient = living = 0.0
    for _ in range(200):
        optimizer.zero_grad()
        cross_entropy(out(function(layer(function(below(x))))), y).backward()
        assert layer.weight.grad is not None
        gradient = max(gradient, float(layer.weight.grad[0].abs().max()))
        living = max(living, float(layer.weight.grad[1:].abs().max()))
        optimizer.step()
    moved = max(
        float((now - then).detach().abs().max())
        for now, then in zip((layer.weight[0], layer.bias[0]), before, strict=True)
    )
    with torch.no_grad():
        revived = float((layer(function(below(x)))[:, 0] > 0).float().mean())
    return gradient, moved, living, revived


@claim("relu-sparsity", "After symmetric random initialisation about half of the hidden units output exactly zero.")
def relu_sparsity() -> Iterator[Part]:
    """Four layers of random weights on digits, five seeds: the share of exact zeros, example by example."""
    relu = get("relu")
    shares = [
        [float(np.mean(relu.value(_pre_activations(seed, layers)) == 0)) for layers in range(1, 5)] for seed in range(5)
    ]
    low, high = float(np.min(shares)), float(np.max(shares))
    about_half = low > 0.4 and high < 0.6
    text = f"{low:.1%} to {high:.1%} of a layer's outputs are 0 (4 layers, 5 seeds), {np.mean(shares):.1%} on average"
    yield part("about half of the outputs are exactly zero", about_half, text, shares=shares)


@claim("relu-hidden-only", "ReLU belongs in hidden layers only.")
def relu_hidden_only() -> Iterator[Part]:
    """As an output ReLU is out of place where it cannot take the targets' values: which ones can it?"""
    relu = get("relu")
    progress = data.diabetes().targets
    targets = {
        "targets that are never negative (diabetes, as it is)": progress,
        "targets of both signs (the same, standardised)": (progress - progress.mean()) / progress.std(),
    }
    low, high = (at(relu.value, x) for x in (-1e6, 1e6))
    unreachable = {name: float(np.mean((wanted < low) | (wanted > high))) for name, wanted in targets.items()}
    text = "; ".join(f"{name}: {share:.0%} out of reach" for name, share in unreachable.items())
    outcomes = {name: share > 0 for name, share in unreachable.items()}
    yield across("as an output ReLU cannot take the values that are wanted", outcomes, text, unreachable=unreachable)
