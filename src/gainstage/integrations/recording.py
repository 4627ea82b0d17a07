"""What every callback shares: a recording that begins with the training, ends with it, and says its verdict."""

from __future__ import annotations

import atexit
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, final

from gainstage import config as settings
from gainstage.api import watch
from gainstage.diagnose.engine import Diagnosis
from gainstage.diagnose.finding import SEVERITIES, Finding
from gainstage.errors import GainstageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import TypedDict

    class Settings(TypedDict, total=False):
        """What every callback takes; :class:`Recording` says what it means."""

        path: str | Path | None
        budget: float | str | None
        every: int | None
        select: Sequence[str] | None
        ignore: Sequence[str] | None
        stop_on: str
        quiet: bool


STOPS: Final = (*SEVERITIES, "never")


@final
class Recording:
    """One training after the other, watched between ``begin`` and ``end``.

    Under ``gainstage run``, or inside of ``gainstage.watch``, the training is watched already: nothing happens here.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        budget: float | str | None = None,
        every: int | None = None,
        select: Sequence[str] | None = None,
        ignore: Sequence[str] | None = None,
        stop_on: str = "never",
        quiet: bool = False,
    ) -> None:
        """Take the settings of a callback.

        Args:
            path: name of the run file to leave behind; by default the run stays in memory.
            budget: share of wall time that watching may cost, ``0.01`` or ``"1%"`` (default 1 %).
            every: look at every n-th step instead, whatever it costs.
            select: codes, prefixes or names of the rules to apply; all by default.
            ignore: rules to leave out.
            stop_on: "error", "warning" or "info": end the training at the first finding as severe as that; "never".
            quiet: no verdict on stderr at the end.

        Raises:
            GainstageError: for a ``stop_on`` that is no severity.
        """
        if stop_on not in STOPS:
            raise GainstageError(
                f"stop_on={stop_on!r}: expected {', '.join(STOPS)}{settings.suggestion(stop_on, STOPS)}"
            )
        self.path = path
        self.stop_on = stop_on
        self.quiet = quiet
        self.diagnosis: Diagnosis | None = None
        self.stopping: Finding | None = None
        self._rules: dict[str, Any] = {"select": select, "ignore": ignore}
        self._pace: dict[str, Any] = {"budget": budget, "every": every}
        self._stack: ExitStack | None = None

    def begin(self) -> None:
        """The training begins; one that is still open has died without a word to us."""
        self.end()
        self.diagnosis = self.stopping = None
        if watched():
            return
        stops = self._stops() or None
        stack = ExitStack()
        self._watching = stack.enter_context(
            watch(self.path, **self._pace, **self._rules, on_finding=self._heard if stops else None)
        )
        self._stack = stack
        # Not every framework tells its callbacks of an exception.
        atexit.register(self._end_of_process)

    def end(self, error: BaseException | None = None) -> None:
        """The training is over, by ``error`` if given: the diagnosis is made and printed. Ending twice does nothing."""
        stack, self._stack = self._stack, None
        if stack is None:
            return
        atexit.unregister(self._end_of_process)
        stack.__exit__(type(error) if error is not None else None, error, error.__traceback__ if error else None)
        self.diagnosis = self._watching.diagnosis
        del self._watching
        if not self.quiet and _first_rank():
            self._say(self.diagnosis)

    def _end_of_process(self) -> None:
        self.end(getattr(sys, "last_value", None))

    def _heard(self, finding: Finding, model: Any, optimizer: Any) -> None:
        if self.stopping is None and finding.severity in self._stops():
            self.stopping = finding

    def _stops(self) -> tuple[str, ...]:
        return () if self.stop_on == "never" else SEVERITIES[: SEVERITIES.index(self.stop_on) + 1]  # type: ignore[arg-type]

    def _say(self, diagnosis: Diagnosis) -> None:
        from gainstage.show.report import build
        from gainstage.show.text import write

        print(file=sys.stderr)  # a progress bar may have left its line unfinished
        write(build(diagnosis), sys.stderr, settings.read({}).color)  # type: ignore[arg-type]


def watched() -> bool:
    """Is this process's training watched already, by ``gainstage run`` or ``gainstage.watch``?"""
    from torch.optim.optimizer import _global_optimizer_pre_hooks as hooks

    return any(hook.__module__ == "gainstage.observe.observer" for hook in hooks.values())


def _first_rank() -> bool:
    from gainstage.observe.ranks import current_rank

    return current_rank().rank == 0
