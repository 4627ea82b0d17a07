"""What a predicted chain comes to, in words: its title, the sentence at the end, and the one command that follows."""

from __future__ import annotations

import math
import shlex

from gainstage.show import numbers
from gainstage.theory.outlook import Alternative, Outlook
from gainstage.theory.propagation import Propagation

WIRING = {"plain": (), "norm": ("--norm",), "residual": ("--residual",), "pre-norm": ("--residual", "--norm"),
          "post-norm": ("--post-norm",)}  # fmt: skip
SPOKEN = {"norm": "layer normalisation", "pre-norm": "residual paths with layer normalisation"}
CHANGED = {"lost": "loses", "held": "changes by", "blown up": "gains"}


def title(chain: Propagation) -> str:
    """Activation, size, wiring and start."""
    given = "".join(f" {name}={value:g}" for name, value in chain.function.parameters)
    wired = "" if chain.block == "plain" else f", {chain.block} blocks"
    return f"{chain.function.name}{given}, {chain.depth} stages of {chain.width} units{wired}, {chain.start.name} start"


def setting(chain: Propagation) -> str:
    """What the weights are drawn from."""
    start = chain.start
    first = f" ({start.first_w:.4g} in the first layer)" if start.first_w is not None else ""
    bias = f"biases of std {start.sigma_b:.3g}" if start.sigma_b else "no biases"
    networks = f"{chain.seeds} network{'s' if chain.seeds > 1 else ''} drawn at random"
    return f"{start.drawn} weights of std {start.sigma_w:.4g}/√n{first}, {bias}; theory, and {networks}"


def sentence(chain: Propagation, outlook: Outlook) -> str:
    """What is lost where, how deep it gets, and what would hold it."""
    if outlook.healthy:
        levels = f"{_level(chain.signal_db.predicted)} and {_level(chain.gradient_db.predicted)} dB"
        return f"Signal and gradient get through {chain.depth} stages: {levels}."
    if outlook.astray:
        return f"{_astray(chain)} {_remedy(outlook.remedy)}"
    return f"{_lost(chain, outlook)} {_remedy(outlook.remedy)}"


def _astray(chain: Propagation) -> str:
    grown = numbers.factor(chain.gain.amplification(chain.depth))
    return (
        "On paper signal and gradient get through, but the variance rests at a point that repels: "
        f"{chain.depth} stages make a deviation {grown} times larger, and {chain.width} units deviate by chance; drawn "
        f"networks are off by {_level(_worst(chain))} dB. Set the gains by data (gainstage.stage_)."
    )


def _worst(chain: Propagation) -> float:
    """The drawn network furthest from the prediction, at the end of the chain."""
    level = chain.signal_db
    return max((level.low - level.predicted, level.high - level.predicted), key=abs)


def _lost(chain: Propagation, outlook: Outlook) -> str:
    parts = [
        f"{_level(value)} {name}"
        for value, name in (
            (outlook.weights_db, "weights"),
            (outlook.activation_db, f"{chain.function.name}'s derivative"),
            (outlook.other_db, "wiring"),
        )
        if not abs(value) < 0.5
    ]
    gradient, signal = chain.gradient_db.predicted, chain.signal_db.predicted
    told = f"Over {chain.depth} stages the gradient {_change(outlook.gradient, gradient)} ({', '.join(parts)})"
    told += f", the signal {_change(outlook.signal, signal)}"
    if outlook.gradient == "lost" and math.isfinite(outlook.gone_at):
        rounding = "below one rounding of float32"
        told += f"; at this rate the gradient is gone ({rounding}) after {max(1, round(outlook.gone_at))} stages"
    return told + "."


def _change(fate: str, level: float) -> str:
    return f"{CHANGED[fate]} {_level(level) if fate == 'held' else numbers.decibels(abs(level))} dB"


def _remedy(remedy: Alternative | None) -> str:
    if remedy is None:
        return "No start of these weights holds it: another activation, or gains set by data (gainstage.stage_)."
    what = SPOKEN.get(remedy.block, f"--init {remedy.recipe}")
    levels = f"signal {_level(remedy.signal_db)} dB, gradient {_level(remedy.gradient_db)} dB"
    return f"{what[0].upper() + what[1:] if remedy.block != 'plain' else what} would hold it: {levels}."


def _level(value: float) -> str:
    return numbers.decibels(value, signed=True)


def next_command(chain: Propagation, outlook: Outlook) -> str:
    """The chain that would hold, or what is known of the activation."""
    if outlook.remedy is None:
        return f"gainstage functions {chain.function.name}"
    return command(chain, outlook.remedy.recipe, outlook.remedy.block)


def command(chain: Propagation, recipe: str, block: str) -> str:
    """The same chain with another start or wiring, as one would type it."""
    given = [text for name, value in chain.function.parameters for text in ("--parameter", f"{name}={value:g}")]
    asked = {
        "--depth": (chain.depth, 50),
        "--width": (chain.width, 256),
        "--input-variance": (chain.input_variance, 1.0),
    }
    sizes = [text for option, (value, usual) in asked.items() if value != usual for text in (option, f"{value:g}")]
    words = ["gainstage", "propagation", "--activation", chain.function.name, *given, *sizes, "--init", recipe]
    return shlex.join([*words, *(["--bias"] if chain.bias else []), *WIRING[block]])
