"""Rule pages from docstrings: every section there, on the terminal and as Markdown."""

from __future__ import annotations

import re

import pytest

from gainstage.diagnose.engine import RULES
from gainstage.diagnose.rule import SECTIONS
from gainstage.show import pages


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_every_section_and_all_of_its_words_reach_the_terminal(code):
    rule = RULES[code]
    found = pages.sections(rule)
    assert tuple(found) == SECTIONS
    assert all(body.strip() for body in found.values())
    shown = re.sub(r"\s+", " ", pages.explain_text(rule, width=72))
    for body in found.values():
        prose = re.sub(r"```\w*", "", body)
        assert not {word for word in prose.split() if word not in shown}


@pytest.mark.parametrize("code", RULES)
def test_terminal_pages_fit_the_width(code):
    assert max(map(len, pages.explain_text(RULES[code], width=72, unicode=False).splitlines())) <= 72


def test_code_blocks_keep_their_lines():
    class Fenced:
        """
        ## Example
        Before:

        ```python
        x = f(x)
            y = 2
        ```

        after.
        """

        code, name, summary, severity = "GS000", "example", "An example.", "info"

    shown = pages.explain_text(Fenced()).splitlines()  # type: ignore[arg-type]
    assert "    x = f(x)" in shown
    assert "        y = 2" in shown
    assert "  after." in shown


def test_markdown_names_code_severity_and_family():
    rule = next(iter(RULES.values()))
    written = pages.page(rule)
    assert written.startswith(f"# {rule.code} {rule.name}\n")
    assert f"**{rule.severity}**" in written
    assert pages.family(rule) in written


def test_tables_have_one_row_per_rule():
    rules = list(RULES.values())
    listed = pages.index(rules)
    assert all(f"]({rule.code}.md)" in listed for rule in rules)
    table = pages.symptoms(rules).splitlines()
    assert len(table) == len(rules) + 2
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 4 for row in table)


@pytest.mark.parametrize(
    "text, first",
    [
        ("Do this. Then that.", "Do this"),
        ("* one; two\n* three", "one; two"),
        ("Set 0.5 here,\nthen stop. More.", "Set 0.5 here, then stop"),
        ("", ""),
    ],
)
def test_first_sentence(text, first):
    assert pages.first_sentence(text) == first
