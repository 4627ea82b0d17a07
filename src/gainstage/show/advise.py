"""Advice on the terminal and for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, TextIO

from gainstage.advice.answer import Advice, Answer
from gainstage.show.console import Choice, Page, Terminal, terminal
from gainstage.show.machine import finite
from gainstage.show.sentences import typeset

LABEL = 15
CERTAIN = {"proved": "good", "computed": "info", "rule of thumb": "warning"}


def render(answer: Answer, width: int = 80, color: bool = False, unicode: bool = True) -> str:
    """The advice as text for a terminal ``width`` cells wide."""
    page = Page(Terminal(width, color, unicode))
    page.paragraph(("gainstage", "strong"), (f"  {title(answer)}", ""))
    for advice in answer.advice:
        page.blank()
        _add(page, advice)
    page.blank()
    page.paragraph(
        ("Theory speaks of wide networks before training; a rule of thumb has worked for others. ", "dim"),
        (f"A trial tells {answer.trial_tells}:", "dim"),
    )
    page.paragraph(("next: ", "dim"), (answer.trial, "command"))
    return page.render()


def write(answer: Answer, stream: TextIO, color: Choice = "auto") -> None:
    """Print the advice to ``stream``, in the width, colours and characters that it can show."""
    able = terminal(stream, color)
    stream.write(render(answer, able.width, able.color, able.unicode))


def title(answer: Answer) -> str:
    """What was asked."""
    asked = answer.question
    things = "labels" if asked.task == "multilabel" else "classes"
    classes = f" of {asked.classes} {things}" if asked.classes > 2 else ""
    return f"{asked.task}{classes}, {asked.architecture}: {asked.depth} stages of {asked.width} units"


def _add(page: Page, advice: Advice) -> None:
    settled = [] if advice.matters else [("  makes no difference here", "dim")]
    head = [(advice.choice, "strong"), (f"  [{advice.certainty}]", CERTAIN[advice.certainty]), *settled]
    page.labelled((advice.topic.replace("-", " "), "dim"), head, width=LABEL)
    told = f"{advice.reason[:1].upper()}{typeset(advice.reason)[1:]} "
    page.labelled(("", ""), [(told, ""), (advice.source, "dim")], width=LABEL)
    if advice.code:
        page.labelled(("", ""), [(advice.code, "command")], width=LABEL)


def to_json(answer: Answer) -> dict[str, Any]:
    """The advice as a JSON-ready document with the schema ``gainstage.advise/1``."""
    question = asdict(answer.question)
    document = {
        "schema": "gainstage.advise/1",
        "question": {**question, "script": list(answer.question.script)},
        "advice": [asdict(advice) for advice in answer.advice],
        "trial": answer.trial,
    }
    return finite(document)
