"""Claims and their verdicts on the terminal and in JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, TextIO

from gainstage.claims.claim import Part, Verdict
from gainstage.show.console import Choice, Column, Page, Terminal, terminal
from gainstage.show.machine import finite
from gainstage.show.numbers import seconds

MARKS = {"holds": ("✓", "good"), "refuted": ("✗", "error"), "depends": ("≈", "warning")}
COLUMNS = [Column(""), Column("claim"), Column("verdict"), Column("evidence"), Column("time", right=True)]


def table(verdicts: Sequence[Verdict], able: Terminal, left_out: int = 0) -> str:
    """All verdicts, one line each, and what was left out."""
    page = Page(able)
    names = max((len(v.id) for v in verdicts), default=0)
    room = able.width - names - 26  # what mark, verdict, time and the gaps between the columns take
    rows = [
        [
            [MARKS[v.verdict]],
            [(v.id, "strong")],
            [(v.verdict, MARKS[v.verdict][1])],
            [(textwrap.shorten(headline(v), room, placeholder=" …"), "")],
            [(seconds(v.seconds), "dim")],
        ]
        for v in verdicts
    ]
    page.table(COLUMNS, rows)
    page.blank()
    counts = [f"{sum(v.verdict == name for v in verdicts)} {spoken}" for name, spoken in SPOKEN.items()]
    page.paragraph((f"{len(verdicts)} claims: {', '.join(counts)}", "strong"))
    if left_out:
        page.paragraph((f"left out: {left_out} experiments (without --quick they are run, and kept)", "dim"))
    if verdicts:
        worth = next((v for v in verdicts if v.verdict != "holds"), verdicts[0])
        page.paragraph(("next: ", "dim"), (f"gainstage claims {worth.id}", "command"))
    return page.render()


SPOKEN = {"holds": "hold", "refuted": "refuted", "depends": "depend"}


def full(verdicts: Sequence[Verdict], able: Terminal) -> str:
    """Each claim with everything that was found."""
    page = Page(able)
    for number, verdict in enumerate(verdicts):
        if number:
            page.blank()
        page.labelled(MARKS[verdict.verdict], [(verdict.statement, "strong")], width=1)
        facts = f"{verdict.id} · {verdict.proof} · {seconds(verdict.seconds)}"
        page.paragraph((verdict.verdict, MARKS[verdict.verdict][1]), (f"  {facts}", "dim"), indent=2)
        for part in verdict.parts:
            page.blank()
            _add_part(page, part)
    return page.render()


def _add_part(page: Page, part: Part) -> None:
    mark = ("·", "dim") if part.aside else MARKS[part.verdict]
    answer = f"beside it, {'true' if part.verdict == 'holds' else 'not so'}" if part.aside else part.verdict
    page.labelled(mark, [(part.asked, ""), (f"  [{answer}]", "dim")], width=1, indent=2)
    page.paragraph((part.text, ""), indent=4)
    if part.condition:
        page.paragraph((part.condition, "warning"), indent=4)


def headline(verdict: Verdict) -> str:
    """The evidence in one line: that of the part which decided."""
    first = verdict.parts[0]
    return first.condition or first.text


def write(verdicts: Sequence[Verdict], stream: TextIO, color: Choice, *, every: bool, left_out: int = 0) -> None:
    """Print verdicts to ``stream``: as a table (``every`` claim was asked for) or in full."""
    able = terminal(stream, color)
    stream.write(table(verdicts, able, left_out) if every else full(verdicts, able))


def claims_json(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The verdicts as a JSON-ready document with the schema ``gainstage.claims/1``."""
    rows = [
        {
            "id": v.id,
            "statement": v.statement,
            "verdict": v.verdict,
            "evidence": {"text": headline(v), "parts": [_part(p) for p in v.parts]},
            "proof": v.proof,
            "seconds": v.seconds,
        }
        for v in verdicts
    ]
    return finite({"schema": "gainstage.claims/1", "claims": rows})


def _part(part: Part) -> dict[str, Any]:
    curves = part.curves
    return {
        "asked": part.asked,
        "verdict": part.verdict,
        "text": part.text,
        "numbers": part.numbers,
        "proof": part.proof,
        "condition": part.condition,
        "aside": part.aside,
        "curves": curves
        and {
            "title": curves.title,
            "x_label": curves.x_label,
            "y_label": curves.y_label,
            "x": curves.x,
            "lines": curves.lines,
            "log_x": curves.log_x,
            "log_y": curves.log_y,
        },
    }
