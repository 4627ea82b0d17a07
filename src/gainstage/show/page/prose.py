"""The little Markdown that rules' pages are written in, as HTML: paragraphs, lists, code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent

from gainstage.show.page.markup import Markup, join, tag


def prose(markdown: str) -> Markup:
    """Paragraphs, ``*`` lists, fenced code and inline code; anything else is shown as it is written."""
    return join(_blocks(markdown))


def _blocks(markdown: str) -> Iterator[Markup]:
    for block in re.split(r"(^```.*?^```$)|\n\s*\n", markdown, flags=re.MULTILINE | re.DOTALL):
        if not block or not block.strip():
            continue
        if block.startswith("```"):
            code = dedent("\n".join(block.splitlines()[1:-1]))
            yield tag("pre", tag("code", code), tabindex=0)
        elif re.match(r"[*-] ", block.strip()):
            items = re.split(r"\n(?=[*-] )", block.strip())
            yield tag("ul", (tag("li", _inline(item[2:])) for item in items))
        else:
            yield tag("p", _inline(block.strip()))


def _inline(words: str) -> Markup:
    flat = re.sub(r"\s*\n\s*", " ", words)
    parts = re.split(r"`([^`]+)`", flat)
    return join(tag("code", part) if number % 2 else part for number, part in enumerate(parts))
