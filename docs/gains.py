"""The computed parts of docs/theory.md: the table of gains, the edge of chaos, and the figure of chains."""

from __future__ import annotations

from gainstage.functions import get
from gainstage.show.chart import chart
from gainstage.show.numbers import factor, ratio
from gainstage.theory import gain
from gainstage.theory.critical import critical_points
from gainstage.theory.propagation import predict
from gainstage.theory.start import start

SHOWN = ("relu", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "hardswish", "tanh", "sigmoid", "softplus",
         "softsign", "erf", "relu_squared")  # fmt: skip
EDGED = ("tanh", "erf", "elu", "selu", "gelu", "silu", "mish")
BIASES = (0.0, 0.1, 0.3, 1.0)
DEPTH, WIDTH = 50, 256
CHAINS = {"SiLU, torch": ("silu", "torch"), "SiLU, He": ("silu", "he"), "tanh, torch": ("tanh", "torch"),
          "tanh, edge": ("tanh", "critical=0.1"), "ReLU, He": ("relu", "he")}  # fmt: skip


def block() -> str:
    """Both tables."""
    return f"{_gains()}\n{_edge()}"


def _gains() -> str:
    lines = [
        "| activation | forward | backward | gradient per stage | slope | fixed point | a deviation after 50 stages |",
        "| --- | --: | --: | --: | --: | --- | --: |",
    ]
    for name in SHOWN:
        found = gain(name)
        grown = found.amplification(DEPTH)
        told = factor(grown) if grown > 0.1 else ratio(grown)
        change = round(found.gradient_db, 2) + 0.0
        lines.append(
            f"| {name} | {found.forward:.6f} | {found.backward:.6f} | {change:+.2f} dB | {found.slope:.3f} "
            f"| {found.stability} | ×{told} |"
        )
    return "\n".join(lines) + "\n"


def _edge() -> str:
    lines = [f"| activation | {' | '.join(f'σ_b = {bias:g}' for bias in BIASES)} |", "| --- |" + " --- |" * len(BIASES)]
    for name in EDGED:
        cells = [
            ", ".join(f"{p.sigma_w:.5f}{'' if p.attracting else ' *'}" for p in critical_points(name, bias)) or "none"
            for bias in BIASES
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def figure() -> str:
    """The gradient on its way back through 50 stages, as the theory predicts it."""
    stages, lines = tuple(range(1, DEPTH + 1)), {}
    for label, (name, recipe) in CHAINS.items():
        ratios = predict(get(name), start(recipe, get(name), WIDTH), "plain", DEPTH)
        levels = [sum(ratios.decibels[place:]) for place in range(DEPTH)]
        lines[label] = [round(level, 6) for level in levels]
    return chart("The gradient behind each stage, predicted", "stage", "dB against the output", stages, lines)
