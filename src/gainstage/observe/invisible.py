"""Warnings and tracebacks as they would be without the tap.

A tapped operation runs below one frame of ours, and a Python function of torch is entered a second time through
``handle_torch_function``. Whoever counts frames (``warnings.warn(..., stacklevel=2)``) or prints them (a traceback)
would see those; here they are taken out.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from types import CodeType, FrameType, TracebackType
from typing import Any

from torch import overrides

_HANDLE: CodeType = overrides.handle_torch_function.__code__


def logical(frame: FrameType | None, tap: CodeType) -> Iterator[FrameType]:
    """The frames from ``frame`` outwards that would be there without the tap."""
    last: CodeType | None = None
    while frame is not None:
        if frame.f_code is tap:
            frame = frame.f_back
            if frame is not None and frame.f_code is _HANDLE:
                frame = frame.f_back
                if frame is not None and last is frame.f_code:
                    frame = frame.f_back
            continue
        last = frame.f_code
        yield frame
        frame = frame.f_back


class Warnings:
    """Lets warnings point at the user's line while a tap is installed."""

    def __init__(self, tap: CodeType) -> None:
        self._tap = tap
        self._warn: Any = None
        self._show: Any = None

    def install(self) -> None:
        """Stand in for the two functions of ``warnings`` that look at the stack."""
        self._warn, self._show = warnings.warn, warnings._showwarnmsg  # type: ignore[attr-defined]
        warnings.warn = self.warn  # type: ignore[assignment]
        warnings._showwarnmsg = self.show  # type: ignore[attr-defined]

    def remove(self) -> None:
        """Give them back, unless somebody else took our place meanwhile."""
        if warnings.warn == self.warn:
            warnings.warn = self._warn
        if warnings._showwarnmsg == self.show:  # type: ignore[attr-defined]
            warnings._showwarnmsg = self._show  # type: ignore[attr-defined]

    def warn(self, message: Any, category: Any = None, stacklevel: int = 1, source: Any = None, **more: Any) -> None:
        """``warnings.warn`` with our frames not counted."""
        frame: FrameType | None = sys._getframe(1)
        wanted = None
        for level, candidate in enumerate(logical(frame, self._tap), start=1):
            wanted = candidate
            if level >= stacklevel:
                break
        depth = 2
        while frame is not None and frame is not wanted:
            frame = frame.f_back
            depth += 1
        self._warn(message, category, depth if stacklevel > 0 else stacklevel, source, **more)

    def show(self, shown: Any) -> None:
        """A warning of torch's C++ code was laid at our door: issue it again where it belongs."""
        frame: FrameType | None = sys._getframe(1)
        if frame is None or frame.f_code is not self._tap or shown.filename != self._tap.co_filename:
            self._show(shown)
            return
        frame.f_globals.pop("__warningregistry__", None)  # or the next one from here would be taken for a repetition
        place = next(logical(frame, self._tap), None)
        if place is None:
            self._show(shown)
            return
        warnings.warn_explicit(
            shown.message,
            shown.category,
            place.f_code.co_filename,
            place.f_lineno,
            place.f_globals.get("__name__"),
            place.f_globals.setdefault("__warningregistry__", {}),
            place.f_globals,
            shown.source,
        )


class Tracebacks:
    """Cleans an exception that nobody catches. In place only after an operation has failed below the tap."""

    def __init__(self, tap: CodeType) -> None:
        self._tap = tap
        self._previous: Any = None

    def expect(self) -> None:
        """An operation of the user's has raised: its traceback may be printed."""
        if self._previous is None:
            self._previous = sys.excepthook
            sys.excepthook = self.hook

    def remove(self) -> None:
        """Give ``sys.excepthook`` back."""
        if self._previous is not None and sys.excepthook == self.hook:
            sys.excepthook = self._previous
        self._previous = None

    def hook(self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        """Print what Python, or the user's own hook, would have printed."""
        previous = self._previous or sys.__excepthook__
        self.clean(error)
        previous(kind, error, error.__traceback__ if traceback is not None else None)

    def clean(self, error: BaseException) -> None:
        """Take the tap's frames out of an exception's traceback and out of those it was raised from."""
        seen: set[int] = set()
        waiting: list[BaseException | None] = [error]
        while waiting:
            current = waiting.pop()
            if current is None or id(current) in seen:
                continue
            seen.add(id(current))
            current.__traceback__ = _cleaned(current.__traceback__, self._tap)
            waiting += [current.__cause__, current.__context__, *getattr(current, "exceptions", ())]


def _cleaned(traceback: TracebackType | None, tap: CodeType) -> TracebackType | None:
    kept: list[TracebackType] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code is tap:
            if kept and kept[-1].tb_frame.f_code is _HANDLE:
                kept.pop()
                again = traceback.tb_next.tb_frame.f_code if traceback.tb_next is not None else None
                if kept and kept[-1].tb_frame.f_code is again:
                    kept.pop()
        else:
            kept.append(traceback)
        traceback = traceback.tb_next
    for node, following in zip(kept, [*kept[1:], None], strict=True):
        node.tb_next = following
    return kept[0] if kept else None
