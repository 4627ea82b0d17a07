"""The public verbs. Torch is imported only by those that watch."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gainstage import config as settings
from gainstage.diagnose.engine import Diagnosis, diagnose
from gainstage.diagnose.finding import Finding
from gainstage.errors import GainstageError
from gainstage.record import reader
from gainstage.record.run import Run
from gainstage.record.sink import Memory

if TYPE_CHECKING:
    import torch

    from gainstage.observe.session import Session


class Watching:
    """What ``watch`` hands out: the run so far, and its diagnosis."""

    def __init__(self, session: Session, select: Sequence[str] | None, ignore: Sequence[str] | None) -> None:
        self._session = session
        self._rules = (select, ignore)

    @property
    def path(self) -> Path | None:
        """The run file's folder; ``None`` for a run in memory."""
        return self._session.run_path

    @property
    def run(self) -> Run:
        """Everything recorded up to now."""
        sink = self._session.sink
        return sink.run() if isinstance(sink, Memory) else reader.load(self._session.run_path or Path())

    @property
    def diagnosis(self) -> Diagnosis:
        """The findings up to now; may be asked for inside of the ``with`` block and after it."""
        return diagnose(self.run, select=self._rules[0], ignore=self._rules[1])


@contextmanager
def watch(
    path: str | Path | None = None,
    *,
    budget: float | str | None = None,
    every: int | None = None,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    on_finding: Callable[[Finding, torch.nn.Module | None, torch.optim.Optimizer], None] | None = None,
) -> Iterator[Watching]:
    """Watch the training inside of a ``with`` block: notebooks, long programs, several trainings in one process.

    Args:
        path: name of the run file to leave behind; by default the run stays in memory.
        budget: share of wall time that watching may cost, ``0.01`` or ``"1%"`` (default 1 %).
        every: look at every n-th step instead, whatever it costs.
        select: codes, prefixes or names of the rules to apply; all by default.
        ignore: rules to leave out.
        on_finding: called between two steps with ``(finding, model, optimizer)``, once for each code that is a
            warning or an error; ``model`` is the outermost module whose weights the optimizer steps. It may change
            both: ``gainstage.remedies(watching.diagnosis)[0].apply(model, optimizer)``. An exception of it is said
            on stderr and ends the calls, not the training; to end that, raise ``SystemExit``.

    Raises:
        GainstageError: for a setting that does not fit, a file that cannot be made, or a ``watch`` inside a ``watch``.

    Example:
        >>> import torch, gainstage
        >>> model = torch.nn.Linear(3, 1)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> with gainstage.watch() as watching:
        ...     for _ in range(5):
        ...         optimizer.zero_grad()
        ...         torch.nn.functional.mse_loss(model(torch.ones(8, 3)), torch.ones(8, 1)).backward()
        ...         optimizer.step()
        >>> watching.run.sampled > 0
        True
    """
    from gainstage.observe.between import Between
    from gainstage.observe.session import Session

    global _watching
    if _watching:
        raise GainstageError("watch() inside of another watch(): one training at a time, close the first one before")
    if path is not None and not isinstance(path, str | os.PathLike):
        raise GainstageError(
            f"watch(path): expected the run file's name, was given {type(path).__name__}; what trains inside of the "
            "with block is watched, so no model is named"
        )
    config = settings.read({"budget": budget, "every": every, "output": str(path) if path is not None else None})
    script = Path(sys.argv[0]).name if sys.argv and sys.argv[0] else "session"
    session = Session.open(config, tuple(sys.argv), script) if path is not None else Session.in_memory(config, script)
    _watching = True
    outcome, text = "finished", ""
    between: Between | None = None
    try:
        session.install()
        watching = Watching(session, select, ignore)
        if on_finding is not None and session.observer is not None:
            between = Between(session.observer, telling(watching, on_finding))
        yield watching
    except BaseException as error:
        outcome = "interrupted" if isinstance(error, KeyboardInterrupt) else "exception"
        text = f"{type(error).__name__}: {error}"
        session.clean(error)
        raise
    finally:
        _watching = False
        if between is not None:
            between.remove()
        session.close(outcome, None, text)


_watching = False


def telling(
    watching: Watching, on_finding: Callable[[Finding, torch.nn.Module | None, torch.optim.Optimizer], None]
) -> Callable[[torch.nn.Module | None, torch.optim.Optimizer], None]:
    """What diagnoses the run so far, and tells of each code once."""
    told: set[str] = set()

    def tell(model: torch.nn.Module | None, optimizer: torch.optim.Optimizer) -> None:
        for finding in watching.diagnosis.findings:
            if finding.severity != "info" and finding.code not in told:
                told.add(finding.code)
                on_finding(finding, model, optimizer)

    return tell


def check(
    model: torch.nn.Module,
    inputs: Any,
    loss: Callable[[Any], torch.Tensor],
    *,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
) -> Diagnosis:
    """Look at one forward and one backward pass on one batch, without a training loop.

    The model is left as it was: parameters, gradients, running statistics, training flag, random state.

    Args:
        model: the network, on whatever device.
        inputs: its input; a tuple is passed as arguments, a mapping as keyword arguments.
        loss: turns the model's output into one number, e.g. ``lambda output: F.cross_entropy(output, labels)``.
        select: codes, prefixes or names of the rules to apply; all by default.
        ignore: rules to leave out.

    Returns:
        The diagnosis; ``findings`` is its list. Rules that need a training (updates, the loss's course) stay silent.

    Raises:
        GainstageError: when ``loss`` does not give one number, or nothing in it requires a gradient.

    Example:
        >>> import torch, gainstage
        >>> layers = [m for _ in range(20) for m in (torch.nn.Linear(64, 64), torch.nn.Sigmoid())]
        >>> model = torch.nn.Sequential(*layers, torch.nn.Linear(64, 2))
        >>> labels = torch.arange(128) % 2
        >>> diagnosis = gainstage.check(
        ...     model, torch.randn(128, 64), lambda output: torch.nn.functional.cross_entropy(output, labels)
        ... )
        >>> "GS201" in [finding.code for finding in diagnosis.findings]
        True
    """
    from gainstage.observe.once import look_once

    return diagnose(look_once(model, inputs, loss), select=select, ignore=ignore)


def load(path: str | Path, *, rank: int | None = None) -> Run:
    """Read a run file: its folder, the file inside, or the name without ``.gs``.

    Args:
        path: what ``gainstage run`` left behind.
        rank: one of several processes; all of them merged by default.

    Raises:
        UnreadableRun: when it is missing, corrupt, or newer than this version.
    """
    return reader.load(path, rank=rank)


def report(seen: Diagnosis | Run | str | Path, *, width: int = 100) -> str:
    """The verdict as text, as ``gainstage run`` prints it on a terminal.

    Args:
        seen: a diagnosis, a run, or the path of a run file.
        width: cells in a line, 40 or more.

    Raises:
        UnreadableRun: when a path was given that cannot be read.

    Example:
        >>> import torch, gainstage
        >>> model, batch = torch.nn.Linear(3, 1), torch.randn(8, 3)
        >>> diagnosis = gainstage.check(model, batch, lambda output: output.square().mean())
        >>> print(gainstage.report(diagnosis))  # doctest: +SKIP
    """
    from gainstage.show.report import build
    from gainstage.show.text import render

    return render(build(seen if isinstance(seen, Diagnosis) else diagnose(seen)), width)
