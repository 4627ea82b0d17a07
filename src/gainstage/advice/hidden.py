"""The network's inside: activation, initialisation, normalisation, residual paths; theory's numbers for this depth."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gainstage.advice.answer import Advice
from gainstage.advice.chain import Lost, Wiring, activation_of, holding, holds, lost, reach, recipe, span
from gainstage.advice.question import Question
from gainstage.theory.gains import gain
from gainstage.theory.outlook import HELD_DB
from gainstage.theory.resolve import resolve
from gainstage.theory.start import start

SLIGHT_DB = 3.0  # over a whole network: a factor of 1.4 in the first steps' gradient
SOURCES = {
    "relu": "Nair and Hinton (2010); Glorot et al. (2011)", "gelu": "Hendrycks and Gimpel (2016)",
    "silu": "Ramachandran et al. (2017)", "elu": "Clevert et al. (2016)", "tanh": "LeCun et al. (1998)",
    "leaky_relu": "Maas et al. (2013)",
}  # fmt: skip
MODULES = {
    "relu": "nn.ReLU()", "leaky_relu": "nn.LeakyReLU()", "gelu": "nn.GELU()", "silu": "nn.SiLU()", "elu": "nn.ELU()",
    "tanh": "nn.Tanh()",
}  # fmt: skip


def advise(question: Question, wired: Wiring) -> Iterator[Advice]:
    """In the order in which one builds."""
    yield _activation(question, wired)
    yield _initialisation(question, wired)
    yield _normalisation(question, wired)
    yield _residual(question, wired)


def _activation(question: Question, wired: Wiring) -> Advice:
    name, able = activation_of(question), holding(question)
    numbers = {f"reach_{one}": float(reach(one, question.width)) for one in dict.fromkeys((name, *able))}
    code, source = MODULES.get(name, ""), SOURCES.get(name, "Poole et al. (2016)")
    if wired.normalisation != "none" or wired.residual:
        reason = (
            "behind a normalisation, or beside a residual path, every usual activation gets a signal of the same size "
            "at any depth: theory does not tell them apart here, a trial does."
        )
        return Advice("activation", name, reason, source, "rule of thumb", code, numbers, matters=False)
    others = [one for one in able if one != name]
    reason = f"at width {question.width} {span(name, question.depth, question.width)}"
    if holds(name, question.depth, question.width):
        reason = (
            f"{reason}. For {question.depth} so do {', '.join(others) or 'no others of the usual ones'}: theory does "
            "not tell these apart, a trial does."
        )
        return Advice("activation", name, reason, source, "computed", code, numbers, matters=len(others) < 2)
    reason = f"{reason}, not for {question.depth}. Of the usual ones, these do: {', '.join(able) or 'none'}."
    source = "Poole et al. (2016); Martens et al. (2021)"
    return Advice("activation", name, reason, source, "computed", code, numbers)


def _initialisation(question: Question, wired: Wiring) -> Advice:
    if wired.normalisation != "none":
        return _start_behind_norm(question, wired)
    return _start_of_branches(question) if wired.residual else _start_of_chain(question)


def _numbers(question: Question, block: str, recipe: str) -> tuple[dict[str, float], Lost, Lost]:
    """With this start and with torch's own."""
    name = activation_of(question)
    own, torchs = (lost(name, each, block, question.depth, question.width) for each in (recipe, "torch"))
    numbers = {
        "gradient_db": own.gradient_db, "signal_db": own.signal_db, "default_gradient_db": torchs.gradient_db,
        "default_signal_db": torchs.signal_db,
    }  # fmt: skip
    return numbers, own, torchs


def _start_behind_norm(question: Question, wired: Wiring) -> Advice:
    numbers, own, torchs = _numbers(question, wired.block, "gain")
    why = "every branch adds about the same to the stream" if wired.residual else "a normalisation divides it out"
    reason = (
        f"the weights' size hardly matters, since {why}: over {question.depth} blocks the gradient changes by "
        f"{torchs.gradient_db:+.0f} dB with torch's own start, by {own.gradient_db:+.0f} dB with the gain of "
        f"{activation_of(question)}."
    )
    source = "Xiong et al. (2020)" if wired.residual else "Ioffe and Szegedy (2015); van Laarhoven (2017)"
    close = abs(torchs.gradient_db) <= HELD_DB
    return Advice("initialisation", "torch's own", reason, source, "computed", "", numbers, matters=not close)


def _start_of_branches(question: Question) -> Advice:
    numbers, own, _ = _numbers(question, "residual", "gain")
    name, depth = activation_of(question), question.depth
    needed = gain(name).forward
    small = 10 * depth * math.log10(1 + 1 / depth)
    reason = (
        f"without normalisation every branch adds to the stream: {depth} blocks with the gain of {name} change the "
        f"gradient by {own.gradient_db:+.0f} dB, with their last weights divided by √{depth} by about {small:+.1f} dB."
    )
    code = f"{_drawn(needed)}; in each branch's last layer also: layer.weight.data /= {depth}**0.5"
    return Advice(
        "initialisation", f"gain {needed:.4g}, branches divided by √depth", reason,
        "Hanin and Rolnick (2018); Zhang et al. (2019)", "computed", code,
        {**numbers, "gain": needed, "divided_gradient_db": small},
    )  # fmt: skip


def _start_of_chain(question: Question) -> Advice:
    name, depth, width = activation_of(question), question.depth, question.width
    chosen = recipe(name, depth, width)
    numbers, own, torchs = _numbers(question, "plain", chosen)
    drawn = start(chosen, resolve(name), width)
    numbers |= {"gain": drawn.sigma_w, "std": drawn.sigma_w / math.sqrt(width), "bias_std": drawn.sigma_b}
    keeps = "keeps the signal's size in every stage" if chosen == "gain" else "is on the edge of chaos"
    reason = (
        f"a gain of {drawn.sigma_w:.4g} {keeps}: over {depth} stages the gradient changes by "
        f"{own.gradient_db:+.0f} dB, with torch's own start by {torchs.gradient_db:+.0f} dB"
        + (f" (below float32's rounding after {torchs.gone_at:.0f})." if torchs.gone_at < depth else ".")
    )
    biases = f", biases {drawn.sigma_b:.2g}" if drawn.sigma_b else ""
    source = "He et al. (2015)" if chosen == "gain" else "Schoenholz et al. (2017)"
    return Advice(
        "initialisation", f"std = {drawn.sigma_w:.4g} / √fan_in{biases}", reason, source, "computed",
        f"gainstage.init_(model, batch)  # or by hand, hidden layers: {_drawn(drawn.sigma_w, drawn.sigma_b)}", numbers,
        matters=abs(torchs.gradient_db - own.gradient_db) > SLIGHT_DB,
    )  # fmt: skip


def _drawn(sigma_w: float, sigma_b: float = 0.0) -> str:
    bias = f"nn.init.normal_(layer.bias, std={sigma_b:.4g})" if sigma_b else "nn.init.zeros_(layer.bias)"
    return f"nn.init.normal_(layer.weight, std={sigma_w:.4g} / fan_in**0.5); {bias}"


# By kind: where it goes, how it is written, by whom, why.
NORMALISATIONS = {
    "batch": (
        "batch normalisation behind each convolution", "nn.BatchNorm2d(channels)", "Ioffe and Szegedy (2015)",
        "usual in convolutional networks; with fewer than 16 examples a batch, group normalisation (Wu and He 2018).",
    ),
    "layer": (
        "layer normalisation", "nn.LayerNorm(width)", "Ba et al. (2016)",
        "it holds signal and gradient whatever the batch is.",
    ),
    "rms": (
        "RMS normalisation", "nn.RMSNorm(width)", "Zhang and Sennrich (2019)",
        "as layer normalisation, without the mean, and cheaper.",
    ),
}  # fmt: skip


def _normalisation(question: Question, wired: Wiring) -> Advice:
    kind, name = wired.normalisation, activation_of(question)
    numbers = {"reach": float(reach(name, question.width)), "depth": float(question.depth)}
    if kind == "none":
        reason = f"{span(name, question.depth, question.width)}."
        if wired.needed:
            reason = f"{reason} {question.depth} are more than that: without one, residual branches must start small."
        return Advice(
            "normalisation", "none", reason, "He et al. (2015)", "computed", "", numbers, matters=wired.needed
        )
    choice, code, source, why = NORMALISATIONS[kind]
    if not wired.residual or kind == "batch":
        return Advice("normalisation", choice, why, source, "rule of thumb", code, numbers)
    before, behind = (
        lost(name, "torch", block, question.depth, question.width) for block in ("pre-norm", "post-norm")
    )
    numbers |= {"pre_norm_gradient_db": before.gradient_db, "post_norm_gradient_db": behind.gradient_db}
    reason = (
        f"over {question.depth} blocks the gradient changes by {before.gradient_db:+.0f} dB in front of the branches "
        f"(pre-norm), by {behind.gradient_db:+.0f} dB behind the sums (post-norm). In training pre-norm bears larger "
        "rates without warm-up."
    )
    return Advice(
        "normalisation", f"{choice} at the entrance of each branch", reason, f"{source}; Xiong et al. (2020)",
        "computed", code, numbers,
    )  # fmt: skip


def _residual(question: Question, wired: Wiring) -> Advice:
    name, depth = activation_of(question), question.depth
    numbers = {"reach": float(reach(name, question.width)), "depth": float(depth)}
    if wired.normalisation == "none":
        compared = f"{depth} stages, and {span(name, depth, question.width)}"
    else:
        series = lost(name, "torch", "norm", depth, question.width)
        numbers |= {"series_signal_db": series.signal_db, "series_gradient_db": series.gradient_db}
        compared = (
            f"{depth} normalised stages in series change the signal by {series.signal_db:+.0f} dB, the gradient by "
            f"{series.gradient_db:+.0f} dB"
        )
    if wired.residual:
        verdict = "too much: paths are needed" if wired.needed else (
            "for both it makes no difference here; training is easier with paths from about 30 layers on"
        )  # fmt: skip
        choice, code = "a path around each block", "x = x + branch(x)"
    else:
        verdict = "too much for a network without paths; expect trouble" if wired.needed else "no path is needed"
        choice, code = "none", ""
    return Advice(
        "residual", choice, f"{compared}: {verdict}.", "He et al. (2016)", "computed", code, numbers,
        matters=wired.needed,
    )  # fmt: skip
