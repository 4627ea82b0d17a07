"""A rule's page, made from its docstring: on the terminal, as Markdown, and in the tables that list all rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from inspect import cleandoc
from textwrap import dedent
from typing import TextIO

from gainstage.diagnose.rule import Rule
from gainstage.show.console import Choice, Page, Terminal, terminal

FAMILIES = {
    "GS1": "signal",
    "GS2": "gradient",
    "GS3": "update",
    "GS4": "start",
    "GS5": "output and loss",
    "GS6": "data",
    "GS7": "numbers",
    "GS9": "the recording",
}


def sections(rule: Rule) -> dict[str, str]:
    """The page's sections by title, in the order of the docstring; Markdown without the headings."""
    parts = re.split(r"^## +(.+)$", cleandoc(rule.__doc__ or ""), flags=re.MULTILINE)
    return {title.strip(): body.strip("\n") for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def explain_text(rule: Rule, width: int = 80, color: bool = False, unicode: bool = True) -> str:
    """The rule's page for a terminal ``width`` cells wide; code keeps its lines, prose is wrapped."""
    page = Page(Terminal(width, color, unicode))
    page.paragraph((f"{rule.code} {rule.name} ", "strong"), (f"[{rule.severity}]", rule.severity))
    page.paragraph((rule.summary, ""))
    for title, body in sections(rule).items():
        page.blank()
        page.paragraph((title, "strong"))
        _add_body(page, body)
    return page.render()


def write(rule: Rule, stream: TextIO, color: Choice = "auto") -> None:
    """Print the rule's page to ``stream``, in the width, colours and characters that it can show."""
    able = terminal(stream, color)
    stream.write(explain_text(rule, able.width, able.color, able.unicode))


def _add_body(page: Page, body: str) -> None:
    for block in re.split(r"(^```.*?^```$)|\n\n", body, flags=re.MULTILINE | re.DOTALL):
        if not block or not block.strip():
            continue
        if block.startswith("```"):
            for line in dedent("\n".join(block.splitlines()[1:-1])).splitlines():
                page.paragraph((line, "command"), indent=4)
        else:
            for paragraph in re.split(r"\n(?=[*-] )", block.strip()):
                page.paragraph((re.sub(r"\s*\n\s*", " ", paragraph), ""), indent=2)


def page(rule: Rule) -> str:
    """The rule's page as Markdown, for the documentation."""
    facts = f"*{rule.summary}* Highest severity: **{rule.severity}** · since {rule.since} · family: {family(rule)}."
    body = "\n\n".join(f"## {title}\n\n{text.strip()}" for title, text in sections(rule).items())
    return f"# {rule.code} {rule.name}\n\n{facts}\n\n{body}\n"


def family(rule: Rule) -> str:
    """What the first digit of the rule's code stands for."""
    return FAMILIES.get(rule.code[:3], "other")


def index(rules: Iterable[Rule]) -> str:
    """All rules in one Markdown table per family, each linked to its page."""
    lines = ["# Rules", "", "Made from the rules' own docstrings by `make docs`.", ""]
    last = ""
    for rule in rules:
        if family(rule) != last:
            last = family(rule)
            lines += ["", f"## {last.capitalize()}", "", "| rule | severity | what it says |", "| --- | --- | --- |"]
        lines.append(f"| [{rule.code} {rule.name}]({rule.code}.md) | {rule.severity} | {_cell(rule.summary)} |")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def symptoms(rules: Iterable[Rule], folder: str = "docs/rules") -> str:
    """The Markdown table symptom, rule, cure: the summary and the first sentence of the remedies of every rule."""
    lines = ["| symptom | rule | cure |", "| --- | --- | --- |"]
    for rule in rules:
        # Whether a cure is safe is told in the finding and on the page; here it would hide the cure.
        cure = re.sub(r" ?\([^()]*\b(un)?safe\b[^()]*\)", "", first_sentence(sections(rule).get("Remedies", "")))
        link = f"[{rule.code} {rule.name}]({folder}/{rule.code}.md)"
        lines.append(f"| {_cell(rule.summary)} | {link} | {_cell(cure)} |")
    return "\n".join(lines) + "\n"


def first_sentence(text: str) -> str:
    """The first sentence of a paragraph or of its first list item, on one line."""
    flat = re.sub(r"\s+", " ", re.split(r"\n\s*\n|\n(?=[*-] )", text.strip())[0]).lstrip("*- ")
    return re.split(r"(?<=\.)\s+(?=[A-Z`])", flat)[0].rstrip(".")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
