"""What can be set on a panel: each control reads its text from the address, says what it expects, and draws itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from gainstage.show.page.markup import Markup, join, tag

LONGEST = 120  # characters of a text that somebody types
SHOWN = 40  # characters of a wrong value that are repeated


class Refused(ValueError):
    """A value that a control does not take; the message says what it expects."""


class Control(Protocol):
    """One thing to set: its ``name`` in the address, and what it is when the address does not say."""

    @property
    def name(self) -> str: ...

    @property
    def default(self) -> Any: ...

    def read(self, text: str) -> Any:
        """The value that ``text`` means; raises :class:`Refused`."""
        ...

    def draw(self, value: Any) -> Markup:
        """The control as HTML, set to ``value``."""
        ...


@dataclass(frozen=True, slots=True)
class Slider:
    """A number from ``low`` to ``high``; with ``stops`` one of these, which need not be equally far apart."""

    name: str
    label: str
    default: float
    low: float = 0.0
    high: float = 1.0
    step: float = 1.0
    stops: tuple[float, ...] = ()
    hint: str = ""

    def read(self, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if self.stops:
            if value not in self.stops:
                raise Refused(f"expected one of {', '.join(f'{stop:g}' for stop in self.stops)}")
            return value
        whole = self.step == int(self.step) and self.low == int(self.low)
        if not self.low <= value <= self.high or (whole and value != int(value)):
            raise Refused(f"expected a {'whole ' if whole else ''}number from {self.low:g} to {self.high:g}")
        return int(value) if whole else value

    def draw(self, value: float) -> Markup:
        place = self.stops.index(value) if self.stops else value
        low, high, step = (0, len(self.stops) - 1, 1) if self.stops else (self.low, self.high, self.step)
        # A browser moves a slider to the next step: one that its default does not lie on could not show it.
        fits = abs((self.default - low) / step - round((self.default - low) / step)) < 1e-6 or self.stops
        shared = {"min": f"{low:g}", "max": f"{high:g}", "step": f"{step:g}" if fits else "any"}
        exact = (
            tag("output", f"{value:g}", for_=f"c-{self.name}")
            if self.stops
            else tag("input", type="number", value=f"{value:g}", class_="exact", data_twin=f"c-{self.name}",
                     aria_label=f"{self.label}, typed", **shared)
        )  # fmt: skip
        slider = tag(
            "input",
            type="range",
            id=f"c-{self.name}",
            value=f"{place:g}",
            data_name=self.name,
            data_default=f"{self.default:g}",
            data_step=None if fits else f"{step:g}",
            data_stops=" ".join(f"{stop:g}" for stop in self.stops) or None,
            aria_valuetext=f"{value:g}" if self.stops else None,
            **_described(self),
            **shared,
        )
        return _labelled(self, exact, slider)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several; ``options`` are pairs of value and text, by group ("" stands in none)."""

    name: str
    label: str
    default: str
    options: Mapping[str, Sequence[tuple[str, str]]] = field(hash=False)
    hint: str = ""

    def read(self, text: str) -> str:
        if all(text != value for group in self.options.values() for value, _ in group):
            raise Refused("expected one of those that the list offers")
        return text

    def draw(self, value: str) -> Markup:
        groups = (
            _options(pairs, value) if not group else tag("optgroup", _options(pairs, value), label=group)
            for group, pairs in self.options.items()
        )
        chosen = tag(
            "select", groups, id=f"c-{self.name}", data_name=self.name, data_default=self.default, **_described(self)
        )
        return _labelled(self, None, chosen)


@dataclass(frozen=True, slots=True)
class Text:
    """A text that somebody types, at most ``longest`` characters; what it may mean is the panel's to say."""

    name: str
    label: str
    default: str
    longest: int = LONGEST
    hint: str = ""

    def read(self, text: str) -> str:
        if len(text) > self.longest:
            raise Refused(f"expected at most {self.longest} characters")
        return text

    def draw(self, value: str) -> Markup:
        typed = tag(
            "input", type="text", id=f"c-{self.name}", value=value, maxlength=self.longest, data_name=self.name,
            data_default=self.default, spellcheck="false", autocomplete="off", **_described(self),
        )  # fmt: skip
        return _labelled(self, None, typed)


@dataclass(frozen=True, slots=True)
class Check:
    """Yes or no."""

    name: str
    label: str
    default: bool = False
    hint: str = ""

    def read(self, text: str) -> bool:
        if text not in ("0", "1"):
            raise Refused("expected 0 or 1")
        return text == "1"

    def draw(self, value: bool) -> Markup:
        box = tag(
            "input", type="checkbox", id=f"c-{self.name}", checked=value, data_name=self.name,
            data_default=str(int(self.default)), **_described(self),
        )  # fmt: skip
        return tag("div", box, tag("label", self.label, for_=f"c-{self.name}"), _hint(self), class_="control check")


@dataclass(frozen=True, slots=True)
class State:
    """The values of all controls by name, and what was wrong with the texts that they were read from."""

    values: dict[str, Any]
    troubles: tuple[str, ...] = ()


def read(controls: Iterable[Control], query: Mapping[str, str]) -> State:
    """The values that ``query`` sets; a text that means nothing leaves the default, and is told."""
    values: dict[str, Any] = {}
    troubles = []
    for control in controls:
        values[control.name] = control.default
        if control.name in query:
            try:
                values[control.name] = control.read(query[control.name])
            except Refused as refused:
                given = query[control.name][:SHOWN]
                troubles.append(f"{control.name}={given}: {refused}; {control.default} is taken instead")
    return State(values, tuple(troubles))


def spelled(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as an address spells them."""
    return {
        name: str(int(value)) if isinstance(value, bool) else f"{value:g}" if isinstance(value, int | float) else value
        for name, value in values.items()
    }


def _described(control: Any) -> dict[str, str]:
    return {"aria_describedby": f"h-{control.name}"} if control.hint else {}


def _hint(control: Any) -> Markup | None:
    return tag("p", control.hint, class_="hint", id=f"h-{control.name}") if control.hint else None


def _labelled(control: Any, exact: Markup | None, body: Markup) -> Markup:
    head = tag("div", tag("label", control.label, for_=f"c-{control.name}"), exact, class_="head")
    return tag("div", head, body, _hint(control), class_="control")


def _options(pairs: Sequence[tuple[str, str]], chosen: str) -> Markup:
    return join(tag("option", text, value=value, selected=value == chosen) for value, text in pairs)
