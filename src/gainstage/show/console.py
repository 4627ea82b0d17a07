"""The terminal: widths, colours and characters. The only file that knows rich.

Names, paths and arguments are hostile text: they reach rich as ``Text`` (never as markup), and whatever a
terminal would obey instead of print is shown as its escape sequence.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Literal, TextIO

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from gainstage.show.characters import plain_ascii, visible

Choice = Literal["auto", "always", "never"]
Span = tuple[str, str]  # what to print, and its role: a key of STYLES
Spans = Sequence[Span]

MINIMUM_WIDTH = 60
NARROWEST = 8  # cells of a column that gives way
MAXIMUM_WIDTH = 120  # longer lines are no longer read as lines
STYLES = {
    "": "",
    "strong": "bold",
    "dim": "dim",
    "error": "bold red",
    "warning": "bold yellow",
    "info": "bold cyan",
    "good": "bold green",
    "error-row": "red",
    "warning-row": "yellow",
    "info-row": "cyan",
    "meter": "blue",
    "command": "bold",
}


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the stream that is printed to can show."""

    width: int = 80
    color: bool = False
    unicode: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; ``flexible`` columns give way when the terminal is narrow."""

    header: str
    right: bool = False
    flexible: bool = False


def terminal(stream: TextIO, color: Choice = "auto", environment: Mapping[str, str] = os.environ) -> Terminal:
    """What ``stream`` can show.

    ``color`` other than "auto" wins over NO_COLOR, which wins over FORCE_COLOR (both count when set and not empty),
    which wins over TERM=dumb and over the stream being no terminal.
    """
    width = max(MINIMUM_WIDTH, min(shutil.get_terminal_size().columns, MAXIMUM_WIDTH))
    return Terminal(width, _colored(stream, color, environment), _unicode(stream))


def _colored(stream: TextIO, color: Choice, environment: Mapping[str, str]) -> bool:
    if color != "auto":
        return color == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return environment.get("TERM") not in ("dumb", "unknown") and stream.isatty()


def _unicode(stream: TextIO) -> bool:
    try:
        "━╸−…→✗".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def shorten(text: str, width: int) -> str:
    """``text`` cut to ``width`` cells at its front, since the end of a module path tells the layer."""
    text = visible(text)
    if cell_len(text) <= width:
        return text
    for start in range(1, len(text)):
        if cell_len(text[start:]) < width:
            return "…" + text[start:]
    return "…"


def _fitted(cell: Text, width: int, right: bool) -> Text:
    if cell.cell_len > width:
        cell = Text(shorten(cell.plain, width), style=cell.spans[0].style if cell.spans else "")
    (cell.pad_left if right else cell.pad_right)(width - cell.cell_len)
    return cell


class Page:
    """Collects lines, paragraphs and tables, and turns them into one string for a terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._parts: list[RenderableType] = []

    def blank(self) -> None:
        """An empty line."""
        self._parts.append(Text(""))

    def paragraph(self, *spans: Span, indent: int = 0) -> None:
        """Text that wraps at the width, every line of it indented."""
        self._parts.append(Padding(self._text(spans), (0, 0, 0, indent)))

    def labelled(self, label: Span, spans: Spans, *, width: int, indent: int = 0) -> None:
        """A label in a column of ``width`` cells, and text beside it that wraps under itself."""
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(width=width, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(self._text([label]), self._text(spans))
        self._parts.append(Padding(grid, (0, 0, 0, indent)))

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Spans]], indent: int = 0) -> None:
        """An aligned table without borders; no cell wraps, flexible columns are cut to what the others leave.

        A row of one cell runs across all columns.
        """
        cells = [[self._text(cell) for cell in row] for row in rows]
        header = [self._text([(column.header, "dim")]) for column in columns]
        widths = self._widths(columns, [header, *(row for row in cells if len(row) > 1)], indent)
        for row in [header, *cells]:
            line = Text(" " * indent, no_wrap=True, overflow="ellipsis")
            for cell, column, width in zip(row, columns, widths, strict=False):
                line.append_text(cell if len(row) == 1 else _fitted(cell, width, column.right))
                line.append(" ")
            self._parts.append(Padding(line, 0))  # a bare Text would lose its no_wrap when printed

    def _widths(self, columns: Sequence[Column], rows: Sequence[Sequence[Text]], indent: int) -> list[int]:
        needed = [max(row[number].cell_len for row in rows) for number in range(len(columns))]
        room = self.terminal.width - indent - len(columns) + 1
        excess = sum(needed) - room
        for number, column in enumerate(columns):
            if column.flexible and excess > 0:
                cut = min(excess, max(0, needed[number] - NARROWEST))
                needed[number] -= cut
                excess -= cut
        return needed

    def _text(self, spans: Iterable[Span]) -> Text:
        text = Text()
        for content, role in spans:
            shown = visible(content)
            text.append(shown if self.terminal.unicode else plain_ascii(shown), style=STYLES[role])
        return text

    def render(self) -> str:
        """Everything collected, with a final newline and without trailing blanks."""
        buffer = StringIO()
        console = Console(
            file=buffer,
            width=self.terminal.width,
            force_terminal=self.terminal.color,
            color_system="standard" if self.terminal.color else None,
            no_color=not self.terminal.color,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
        )
        for part in self._parts:
            console.print(part)
        lines = (line.rstrip() for line in buffer.getvalue().splitlines())
        page = "\n".join(lines) + "\n"
        # What was put in is ASCII already; an ellipsis made by cutting must not make the line longer again.
        return page if self.terminal.unicode else plain_ascii(page.replace("…", "~"))


class Progress:
    """How far a long command is: a bar on a terminal, one line per stage elsewhere. A context manager."""

    def __init__(self, stream: TextIO, able: Terminal) -> None:
        self._stream = stream
        self._stage = ""
        self._task: TaskID | None = None
        self._bars: Bars | None = None
        if stream.isatty():
            console = Console(file=stream, no_color=not able.color, legacy_windows=False, markup=False)
            columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
            self._bars = Bars(*columns, TextColumn("steps"), TimeElapsedColumn(), console=console, transient=True)

    def __enter__(self) -> Progress:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars is not None:
            self._bars.stop()

    def show(self, stage: str, done: int, total: int) -> None:
        """``done`` of ``total`` steps of ``stage``; a total of 0 is not known yet."""
        if stage != self._stage:
            self._stage = stage
            if self._bars is None:
                print(f"gainstage: {visible(stage)}", file=self._stream, flush=True)
            else:
                self._task = self._bars.add_task(visible(stage), total=None)
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, completed=done, total=total or None)
