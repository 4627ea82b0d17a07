"""Changes as a unified diff, as ``patch`` and ``git apply`` read it."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable

from gainstage.prescribe.candidate import Change


def unified(changes: Iterable[Change], context: int = 3) -> str:
    r"""All changes as one diff; line endings stay what they are, and a missing last one is marked.

    Example:
        >>> print(unified([Change("train.py", "lr = 5\n", "lr = 0.1\n")]), end="")
        --- train.py
        +++ train.py
        @@ -1 +1 @@
        -lr = 5
        +lr = 0.1
    """
    return "".join(line for change in changes for line in _lines(change, context))


def _lines(change: Change, context: int) -> Iterable[str]:
    name = os.path.relpath(change.path) if os.path.isabs(change.path) else change.path
    before, after = _split(change.before), _split(change.after)
    for line in difflib.unified_diff(before, after, name, name, n=context):
        # difflib knows no last line without an end; patch wants to be told of it.
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _split(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends one, as in patch."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
