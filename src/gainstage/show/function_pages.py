"""The catalogue as Markdown: a page for each function, and the table that leads there."""

from __future__ import annotations

from collections.abc import Iterable

from gainstage.functions.card import Card, Property
from gainstage.show.properties import rows, worded

EXACT = 1e-12  # tolerances below are those of a double, and not worth a reader's time
LISTED = {
    "range": "range",
    "derivative_range": "derivative's range",
    "monotonic": "monotonic",
    "zero_centred": "zero-centred",
    "smoothness": "smooth",
    "convexity": "convexity",
    "gain": "gain",
    "variance_slope": "variance slope",
}
INTRODUCTION = """\
# Functions

Made by `make docs` from the definitions and their proofs. `gainstage functions NAME` prints the same card for any
parameters, `--json` for a program, and `gainstage.functions["NAME"]` is it in Python.

Every property is *certified* (proved by interval arithmetic or symbolically, over the whole range of float32),
*numerical* (marked ~, found by computing, with a tolerance) or *unknown* (marked ?, nothing is claimed). Certified
numbers are right to 1e-12 where no tolerance stands beside them; the exact one is in the JSON. The gain keeps the power
of N(0, 1) from layer to layer; where the slope of the variance map is above 1 that power does not stay: the fixed point
repels.

The NumPy form, `gainstage.functions["NAME"].function.value`, is right to float64's digits over all of float32. NaN
gives NaN; infinite inputs follow IEEE arithmetic, so that x*sigmoid(x) is NaN at −∞, where its limit is 0.
"""


def page(card: Card) -> str:
    """One function as Markdown; the figure lies beside it as NAME.svg."""
    lines = [f"# {card.name}", "", f"{card.title}. {card.reference}.", ""]
    lines += ["```text", f"f(x)  = {card.formula}", f"f'(x) = {card.derivative}"]
    lines += [f"where {name} = {text}" for name, text in card.where.items()]
    lines += ["```", ""]
    if card.line is not None:
        lines += [f"![{card.line_says or card.name} and its derivative]({card.name}.svg)", ""]
    if card.note:
        lines += [card.note, ""]
    if card.parameters:
        lines += ["| parameter | default | meaning |", "| --- | --- | --- |"]
        lines += [f"| `{name}` | {value:.6g} | {card.meanings[name]} |" for name, value in card.parameters.items()]
        lines.append("")
    lines += [f"In torch: `{card.torch}`" + (f", module `{card.module}`." if card.module else "."), ""]
    lines += ["| property | value | proof |", "| --- | --- | --- |"]
    for name, entry in card.properties.items():
        lines += [f"| {_cell(label)} | {_cell(text)} | {_proof(told)} |" for label, text, told in rows(name, entry)]
    return "\n".join(lines) + "\n"


def index(cards: Iterable[Card]) -> str:
    """All functions in one table, each linked to its page."""
    head = ["function", "formula", *LISTED.values()]
    lines = [INTRODUCTION, f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for card in cards:
        found = [worded(name, card.properties[name], 4) if name in card.properties else "" for name in LISTED]
        cells = [f"[{card.name}]({card.name}.md)", f"`{card.formula}`", *(_cell(text) for text in found)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _proof(entry: Property) -> str:
    if entry.proof == "unknown" or entry.tolerance < EXACT:
        return entry.proof
    return f"{entry.proof}, ±{entry.tolerance:.0e}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
