"""What was done to a network's parameters and why, as frozen rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter.

    ``layer`` is the module's path, ``function`` the activation that follows it ("" for none), ``gain`` the weights'
    standard deviation times sqrt(fan_in), ``std`` that deviation as it is now; both are ``nan`` for what was left
    alone. ``why`` says in words what it got and for which reason.
    """

    parameter: str
    layer: str
    function: str
    gain: float
    std: float
    why: str

    @property
    def changed(self) -> bool:
        """Was it given new values?"""
        return not math.isnan(self.std)


@dataclass(frozen=True, slots=True)
class Table:
    """Every parameter of a network, in the order in which the network has them.

    ``way`` says how the network was read: "one forward pass", "torch.fx" or "the order of its modules"; ``series`` is
    the number of activations in series that the levels were chosen for.
    """

    rows: tuple[Row, ...]
    way: str
    series: int

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, parameter: str) -> Row:
        """The row of a parameter, by its name."""
        for row in self.rows:
            if row.parameter == parameter:
                return row
        raise KeyError(parameter)

    def __str__(self) -> str:
        head = ("parameter", "function", "gain", "std", "why")
        cells = [head, *((r.parameter, r.function or "-", _number(r.gain), _number(r.std), r.why) for r in self.rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(4)]
        lines = []
        for row in cells:
            texts = [text.ljust(width) for text, width in zip(row[:2], widths[:2], strict=True)]
            numbers = [text.rjust(width) for text, width in zip(row[2:4], widths[2:], strict=True)]
            lines.append("  ".join([*texts, *numbers, row[4]]).rstrip())
        guess = " (a guess: with inputs a forward pass tells)" if self.way.startswith("the order") else ""
        return "\n".join([f"read by {self.way}{guess}; {self.series} activations in series", *lines])


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4g}"
