"""A trial's standard streams: nothing to read, and what is printed goes to a file, past eyes that look for measures."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable

KEPT = 4000  # characters of the output that are kept at hand


class Lines(io.TextIOWrapper):
    """Standard output that shows each finished line to ``seen``."""

    def __init__(self, seen: Callable[[str], None]) -> None:
        super().__init__(
            io.FileIO(1, "w", closefd=False),  # type: ignore[arg-type]
            encoding="utf-8",
            errors="backslashreplace",
            write_through=True,
        )
        self.seen = seen
        self.tail = self._line = ""

    def write(self, text: str) -> int:
        """Print, and look at the lines that are complete."""
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            self.seen(line)
        self.tail = (self.tail + text)[-KEPT:]
        self._line = self._line[-KEPT:]
        return super().write(text)


def take(path: str, seen: Callable[[str], None]) -> Lines:
    """Point the three streams of this process, and of those that it starts, to nothing and to the file ``path``."""
    output = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, number in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, number)
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), encoding="utf-8")  # type: ignore[arg-type]
    errors = io.FileIO(2, "w", closefd=False)
    sys.stderr = io.TextIOWrapper(errors, encoding="utf-8", errors="backslashreplace", write_through=True)  # type: ignore[arg-type]
    sys.stdout = lines = Lines(seen)
    return lines
