"""The watcher's life inside the script's process: wake when torch arrives, sleep when the script is over.

Nothing heavy is imported before the script imports it: a script may still want to set OMP_NUM_THREADS.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from gainstage.config import Config
from gainstage.observe.imports import after_import

if TYPE_CHECKING:
    from gainstage.observe.session import Session


def begin(handoff: dict[str, Any]) -> None:
    """Start to wait for torch; ``handoff`` comes from the process that waits for the script's end."""
    child = Child(handoff)
    # The first to register is the last to be called: the script's own handlers are still watched.
    atexit.register(child.end)
    after_import({"torch": child.on_torch})


class Child:
    """Opens the session when torch has been imported and closes it at the interpreter's exit."""

    def __init__(self, handoff: dict[str, Any]) -> None:
        self.handoff = handoff
        self.process = os.getpid()
        self.session: Session | None = None
        self.notes: dict[str, Any] = {}

    def on_torch(self) -> None:
        """Torch is there: open the run file and install the observer, unless this is a forked child."""
        if os.getpid() != self.process:
            return
        self.note(torch=True)
        try:
            from gainstage.observe.session import Session

            config = Config(**{**self.handoff["config"], **self._tuples()})
            handoff = self.handoff
            launcher = 0 if handoff["launches"] else handoff["launcher"]
            session = Session.open(config, tuple(handoff["argv"]), handoff["script"], launcher)
            session.install()
            self.session = session
            self.note(run=str(session.run_path or ""), rank=session.info.rank, world_size=session.info.world_size)
        except Exception as error:
            self.note(reason=f"{type(error).__name__}: {error}")
            print(f"gainstage: not watching: {error}", file=sys.stderr)

    def end(self) -> None:
        """The script is over, its own exit handlers too: write the rest and leave word for the waiting process."""
        if os.getpid() != self.process:
            return
        outcome, text = how_it_ended()
        self.note(outcome=outcome, text=text)
        if self.session is None:
            return
        try:
            self.session.close(outcome, None, text)
        except Exception as error:
            self.note(reason=f"{type(error).__name__}: {error}")
        self.note(line=self.session.line, reason=self.session.disabled_reason or self.notes.get("reason", ""))

    def note(self, **notes: Any) -> None:
        """Leave word; replaced in one move, since the script may be killed at any moment."""
        self.notes.update(notes)
        path = self.handoff["notes"] + (os.environ.get("RANK", "") if self.handoff["launches"] else "")
        try:
            with open(f"{path}.new", "w", encoding="utf-8") as file:
                json.dump(self.notes, file)
            os.replace(f"{path}.new", path)
        except OSError:
            return  # a full disk: the verdict will know less, the script must not care

    def _tuples(self) -> dict[str, Any]:
        """JSON has made lists of them."""
        return {name: tuple(self.handoff["config"][name]) for name in ("select", "ignore")}


def how_it_ended() -> tuple[str, str]:
    """Outcome and exception text, from what Python keeps of an exception that nobody caught.

    ``sys.exit`` leaves nothing behind; the waiting process knows the exit code and corrects the outcome.
    """
    error = getattr(sys, "last_value", None)
    if not isinstance(error, BaseException):
        return "finished", ""
    return ("interrupted" if isinstance(error, KeyboardInterrupt) else "exception"), _described(error)


def _described(error: BaseException) -> str:
    """``ValueError: message``. Not by ``traceback``: looking for a suggestion it imports the user's modules again."""
    try:
        message = str(error)
    except Exception:
        message = "<the message could not be formed>"
    return f"{type(error).__qualname__}: {message}" if message else type(error).__qualname__
