"""A process that has torch imported and turns itself into trials: importing takes seconds, forking milliseconds.

It reads one JSON line per request and answers with one line per event. Where processes cannot be forked safely
(Windows, macOS with torch loaded) every trial is a new interpreter instead.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

from gainstage.verify.order import Order

# Worth having before a fork, and known to survive one: they start no threads when they are imported.
PRELOADED = ("numpy", "scipy", "sklearn", "pandas", "torchvision", "mlxtend", "mnist1d")


def main() -> None:
    """Serve until the input ends; every trial that is still alive ends with it."""
    # Every script imports the compiler as soon as it makes an optimizer: more than a second.
    import torch._dynamo  # noqa: F401

    import gainstage.observe.observer
    import gainstage.verify.child  # noqa: F401

    trials: dict[int, int] = {}
    lines = Lines()
    while (asked := lines.next(0.01)) is not None:
        for request in asked:
            if "order" in request:
                number = _fork(request["order"])
                trials[number] = request["number"]
                _tell(number=request["number"], process=number)
            for name in request.get("modules", ()):
                if name.partition(".")[0] in PRELOADED:
                    with suppress(Exception):
                        import_module(name)
        for process in list(trials):
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                _tell(number=trials.pop(process), status=os.waitstatus_to_exitcode(status))
    for process in trials:
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)


def single(path: str) -> None:
    """One trial in this interpreter, which was started for it."""
    from gainstage.verify.child import run

    run(Order.read(path))


def train(path: str) -> None:
    """The training for real, in this interpreter."""
    from gainstage.verify.child import train

    train(Order.read(path))


def _fork(path: str) -> int:
    sys.stdout.flush()
    process = os.fork()
    if process:
        with suppress(ProcessLookupError, PermissionError):
            os.setpgid(process, process)
        return process
    try:
        os.setpgid(0, 0)  # a group of its own: killed with all that it starts
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        single(path)
    except BaseException as error:
        print(f"gainstage: the trial could not start: {type(error).__name__}: {error}", file=sys.stderr)
    finally:
        os._exit(101)


def _tell(**event: Any) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


class Lines:
    """Requests from standard input, without ever waiting longer than asked."""

    def __init__(self) -> None:
        self._rest = b""

    def next(self, seconds: float) -> list[dict[str, Any]] | None:
        """The requests that have come; ``None`` when there will be no more."""
        if not select.select([0], [], [], seconds)[0]:
            return []
        data = os.read(0, 65536)
        if not data:
            return None
        *whole, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in whole]
