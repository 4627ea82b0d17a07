"""Softmax with a temperature: probabilities, their gradient, and the sigmoid that it is between two classes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gainstage.functions.arrays import sigmoid
from gainstage.functions.function import Array
from gainstage.lab.controls import Choice, Control, Slider
from gainstage.lab.panel import Found, Lesson, Panel, Parts, Query, Values
from gainstage.lab.plot import Curve, Frame, chart, dot, upright
from gainstage.show import numbers
from gainstage.show.page import words
from gainstage.show.page.figure import Numbers, figure, percent, svg
from gainstage.show.page.markup import Markup, join, tag
from gainstage.show.properties import figure as spelled

MOST = 5  # classes
LOGITS = (2.0, 1.0, 0.0, -1.0, 0.5)
TEMPERATURES = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
ROW = 46
REACH = 10.0  # of the difference between two logits
READING_BARS = words.paragraphs(
    "One bar for each class: its share of exp(z / T). The gradient of the cross-entropy with respect to a logit is "
    "(p − y) / T, y being 1 for the true class and 0 for the others: it falls to 0 when the probability is right.",
)
READING_TEMPERATURE = words.paragraphs(
    "The same logits at every temperature, on a logarithmic scale. A low temperature gives all to the largest logit; a "
    "high one makes all classes alike.",
)
READING_TWO = words.paragraphs(
    "Between two classes only the difference of their logits counts, and softmax is the sigmoid of that difference "
    "divided by the temperature: both curves lie on each other.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Probabilities, the cross-entropy's gradient by logit, the cross-entropy and the entropy in nats."""

    probabilities: Array
    gradient: Array
    loss: float
    entropy: float


def softmax(logits: Array, temperature: float) -> Array:
    """exp(z / T) over its sum along the last axis, shifted by the largest so that nothing overflows."""
    shifted = (logits - logits.max(axis=-1, keepdims=True)) / temperature
    powers = np.exp(shifted)
    return powers / powers.sum(axis=-1, keepdims=True)


def outcome(logits: Array, temperature: float, true: int) -> Outcome:
    """What softmax and cross-entropy make of ``logits`` when class ``true`` (counted from 0) is the right one."""
    found = softmax(logits, temperature)
    shifted = (logits - logits.max()) / temperature
    loss = float(np.log(np.exp(shifted).sum()) - shifted[true])
    wanted = np.zeros(len(logits))
    wanted[true] = 1.0
    entropy = -float(sum(p * math.log(p) for p in found.tolist() if p > 0))
    return Outcome(found, (found - wanted) / temperature, loss, entropy)


def controls(query: Query) -> tuple[Control, ...]:
    """As many logits as there are classes, the temperature, and which class is the right one."""
    asked = query.get("classes", "3")
    count = int(asked) if asked in "2345" and len(asked) == 1 else 3
    classes = [(str(n), f"class {n}") for n in range(1, count + 1)]
    return (
        Slider("classes", "Classes", 3, 2, MOST),
        *(Slider(f"z{n}", f"Logit z{n}", LOGITS[n - 1], -8.0, 8.0, 0.1) for n in range(1, count + 1)),
        Slider("temperature", "Temperature T", 1.0, stops=TEMPERATURES),
        Choice("true", "The true class", "1", {"": classes}),
    )


def draw(values: Values, found: Found) -> Parts:
    """The bars, the temperature's effect, and the case of two classes."""
    logits = np.array([values[f"z{n}"] for n in range(1, int(values["classes"]) + 1)])
    temperature, true = values["temperature"], int(values["true"]) - 1
    made = outcome(logits, temperature, true)
    return {
        "sentence": tag("p", _sentence(made, true), class_="sentence"),
        "bars": _bars(logits, made, true),
        "charts": tag("div", _temperatures(logits, temperature), _two(logits, temperature), class_="pair"),
    }


def _sentence(made: Outcome, true: int) -> str:
    best = int(made.probabilities.argmax())
    share = numbers.percent(float(made.probabilities[true]))
    right = "the largest" if best == true else f"class {best + 1} has more"
    return (
        f"Class {true + 1} has {share} ({right}). Cross-entropy {spelled(made.loss, 3)}, entropy "
        f"{spelled(made.entropy, 3)} of at most {spelled(math.log(len(made.probabilities)), 3)} nats."
    )


def _bars(logits: Array, made: Outcome, true: int) -> Markup:
    rows, table = [], []
    for n, (logit, p, slope) in enumerate(zip(logits, made.probabilities, made.gradient, strict=True)):
        y = ROW * n
        name = f"class {n + 1}" + (" (true)" if n == true else "")
        shown = numbers.percent(float(p))
        rows += [
            tag("text", f"{name}, z = {spelled(float(logit))}", x=0, y=y + 14, class_="tick"),
            tag("text", f"{shown} · gradient {spelled(float(slope), 3)}", x="100%", y=y + 14, class_="tick last"),
            tag("rect", x=0, y=y + 20, width="100%", height=14, rx=3, class_="track"),
            tag("rect", x=0, y=y + 20, width=percent(100 * float(p)), height=14, rx=3,
                class_="signal" if n == true else "gradient"),
        ]  # fmt: skip
        table.append((name, spelled(float(logit)), spelled(float(p), 4), spelled(float(slope), 4)))
    shares = ", ".join(f"class {n + 1} {numbers.percent(float(p))}" for n, p in enumerate(made.probabilities))
    return figure(
        "bars",
        "Probabilities and gradients",
        svg(ROW * len(logits), rows),
        says=f"{shares}.",
        reading=READING_BARS,
        numbers=Numbers(("class", "logit z", "probability p", "gradient (p − y)/T"), table),
    )


def _temperatures(logits: Array, temperature: float) -> Markup:
    x = np.linspace(-1.0, 1.0, 121)
    shares = np.array([softmax(logits, float(10**power)) for power in x])
    curves = [Curve(f"class {n + 1}", shares[:, n], f"course c{n}") for n in range(len(logits))]
    frame = Frame(-1.0, 1.0, -0.03, 1.05, "temperature T", 220.0, "x")
    here = upright(math.log10(temperature), frame, "cross")
    return chart(
        "temperatures", "The same logits, colder and warmer", x, curves, frame, under=here, reading=READING_TEMPERATURE,
        says=f"At T = 0.1 the largest share is {numbers.percent(float(shares[0].max()))}, at T = 10 it is "
        f"{numbers.percent(float(shares[-1].max()))}.",
    )  # fmt: skip


def _two(logits: Array, temperature: float) -> Markup:
    x = np.linspace(-REACH, REACH, 161)
    pair = softmax(np.stack([x, np.zeros_like(x)], axis=-1), temperature)[:, 0]
    alone = sigmoid(x / temperature)
    frame = Frame(-REACH, REACH, -0.03, 1.05, "z1 − z2", 220.0)
    difference = float(logits[0] - logits[1])
    share = float(softmax(logits[:2], temperature)[0])
    apart = float(np.abs(pair - alone).max())
    same = f"differ by {apart:.0e} at most" if apart else "are the same to the last bit"
    curves = [Curve("softmax of two", pair), Curve("sigmoid((z1 − z2)/T)", alone, "course c1")]
    return chart(
        "two", "Classes 1 and 2 alone, beside sigmoid", x, curves, frame, over=join(dot(difference, share, frame)),
        says=f"At z1 − z2 = {spelled(difference, 3)} class 1 has {numbers.percent(share)} of the two. "
        f"The curves {same}.",
        reading=READING_TWO,
    )  # fmt: skip


PANEL = Panel(
    "softmax",
    "Softmax",
    "Logits in, probabilities out. Turn the temperature, see what the gradient of the cross-entropy becomes, and "
    "that softmax between two classes is a sigmoid.",
    controls,
    draw,
    lessons=(
        Lesson("Cold: the largest takes all", {"temperature": "0.1"}),
        Lesson("Warm: all alike", {"temperature": "10"}),
        Lesson("Confident and wrong: the largest gradient", {"z1": "-5", "z2": "5"}),
        Lesson("Two classes: a sigmoid", {"classes": "2", "z1": "1.5", "z2": "0"}),
    ),
)
