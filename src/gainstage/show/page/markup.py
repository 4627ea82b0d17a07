"""HTML as text that cannot be broken: everything is escaped on its way in, once."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from gainstage.show.characters import visible


class Markup(str):
    """Text that is HTML already; everything else is somebody's words and is escaped."""

    __slots__ = ()


VOID = frozenset({"meta", "br", "input", "link"})
VOID |= {"rect", "line", "circle", "path", "polyline", "polygon", "use", "stop"}

Child = Any  # Markup, text, a number, None, or an iterable of these


def text(words: object) -> Markup:
    """``words`` as HTML that shows exactly them: control and direction characters as their escape sequences."""
    shown = "\n".join(visible(line) for line in str(words).split("\n"))
    return Markup(escape(shown.encode("utf-8", "backslashreplace").decode("utf-8")))


def join(*children: Child) -> Markup:
    """Children one after the other; ``None`` and ``False`` are nothing."""
    return Markup("".join(_pieces(children)))


def tag(name: str, /, *children: Child, **attributes: Any) -> Markup:
    """One element. ``class_`` is written ``class``, underscores become hyphens; ``None`` and ``False`` are left out.

    Example:
        >>> tag("p", "a < b", class_="note", hidden=True)
        '<p class="note" hidden>a &lt; b</p>'
    """
    opening = "".join(
        _attribute(key, value) for key, value in attributes.items() if value is not None and value is not False
    )
    if name in VOID and not children:
        return Markup(f"<{name}{opening}/>")
    return Markup(f"<{name}{opening}>{join(*children)}</{name}>")


def _attribute(key: str, value: Any) -> str:
    # viewBox and preserveAspectRatio keep their capitals; a trailing underscore only avoids Python's own words.
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(_number(value))}"'


def _number(value: Any) -> object:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value


def _pieces(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None or child is False:
            continue
        if isinstance(child, Markup):
            yield child
        elif isinstance(child, str | int | float):
            yield text(child)
        else:
            yield from _pieces(child)
