"""One trial from inside its process: everything in place, then the user's script, then word of what happened."""

from __future__ import annotations

import builtins
import mmap
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

from gainstage.verify import log, printed, seeds, sources, streams
from gainstage.verify.confine import confine
from gainstage.verify.meter import Meter
from gainstage.verify.order import COUNTER, Course, Order, Reading, Source, State
from gainstage.verify.overlay import Overlay
from gainstage.verify.scores import Scores

if TYPE_CHECKING:
    from gainstage.observe.session import Session

PATIENCE = 0.01  # seconds between two looks at whether to go on
CACHES = ("TMPDIR", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR", "MPLCONFIGDIR", "NUMBA_CACHE_DIR")
QUIET = {"WANDB_MODE": "disabled", "COMET_MODE": "disabled", "TQDM_DISABLE": "1"}  # a trial is nobody's experiment


def run(order: Order) -> NoReturn:
    """Carry out ``order`` and end this process; its course is in the trial's folder."""
    child = Child(order)
    child.prepare()
    state, code, text = child.execute()
    child.report(state, code, text)
    sys.stdout.flush()
    os._exit(0)  # neither the script's exit handlers nor its threads have anything to do for a trial


class Child:
    """A trial in this process."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.until = order.steps
        self.deadline = order.seconds
        self.readings: list[Reading] = []
        self.meter = Meter(self.after_step)
        self.scores = Scores(lambda: self.meter.steps)
        self.session: Session | None = None
        self.places: Any = None
        self.counter = counter(os.path.join(order.folder, COUNTER))

    def prepare(self) -> None:
        """Streams, folder, seeds, sources and ears."""
        order = self.order
        os.chdir(order.cwd)
        os.environ.update(QUIET)
        pattern = printed.compiled(order.metric)
        self.printed = streams.take(
            os.path.join(order.folder, "output.txt"),
            lambda line: self.note_all(printed.readings(line, pattern)),
        )
        import torch

        torch.set_num_threads(order.threads)
        sys.dont_write_bytecode = True
        sys.argv = [order.name, *order.arguments]
        seeds.install(order.seed)
        sources.install(order.texts)
        log.listen(self.note)
        self.scores.install()
        self.meter.install()
        if order.watch:
            self._watch()
        self._confine()

    def execute(self) -> tuple[State, int, str]:
        """Run the script to its end: how it ended, its exit code, and the exception's last line."""
        try:
            if self.order.places:
                from gainstage.prescribe.collect import collect

                with collect() as self.places:
                    run_script(self.order)
            else:
                run_script(self.order)
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
            return "exited", code, ""
        except BaseException as error:
            import traceback

            traceback.print_exc()
            return "exception", 1, f"{type(error).__name__}: {error}"
        return "finished", 0, ""

    def report(self, state: State, code: int = 0, text: str = "") -> None:
        """Write the course down, where the process that waits reads it."""
        if self.session is not None and state != "waiting":
            self.session.close("exception" if state == "exception" else "finished", code, text)
        sys.stdout.flush()
        Course(
            state=state,
            steps=self.meter.steps,
            losses=self.meter.take(),
            scores=self.scores.take(),
            readings=tuple(self.readings),
            exit_code=code,
            text=text,
            output=self.printed.tail,
            seconds=self.meter.seconds,
            step_seconds=self.meter.step_seconds,
            memory=_memory(),
            places=self.places.places().as_json() if self.places is not None else None,
            files=_users_files(self.order),
            modules=_foreign_modules(),
        ).write(os.path.join(self.order.folder, "course.json"))

    def after_step(self, steps: int) -> None:
        """Stop where the order says so, and wait to be told how to go on; who is not told is killed."""
        self.counter[:8] = steps.to_bytes(8, sys.byteorder)
        late = self.deadline and self.meter.seconds > self.deadline
        if not late and (not self.until or steps < self.until):
            return
        self.report("waiting")
        self.until, self.deadline = self._told(steps), 0.0

    def _told(self, steps: int) -> int:
        """Wait for the word to go on to a later step (0: to the end)."""
        path = Path(self.order.folder, "until")
        while True:
            time.sleep(PATIENCE)
            told = int(path.read_text(encoding="utf-8")) if path.exists() else steps
            if told == 0 or told > steps:
                return told

    def note_all(self, found: Iterable[tuple[str, float, Source]]) -> None:
        """Numbers that the script printed."""
        self.readings += [Reading(self.meter.steps, *one) for one in found]

    def note(self, name: str, value: float) -> None:
        """A number that the script logged."""
        self.readings.append(Reading(self.meter.steps, name, value, "logged"))

    def _confine(self) -> None:
        """Nothing is written but to the trial's folder; caches of compilers and plots, which others read, go there."""
        folder, temporary = self.order.folder, os.path.join(self.order.folder, "tmp")
        os.makedirs(temporary)
        tempfile.tempdir = temporary
        os.environ.update(dict.fromkeys(CACHES, temporary))
        confine([folder, "/dev"])
        Overlay(os.path.join(folder, "written"), keep=(folder,)).install()

    def _watch(self) -> None:
        from gainstage.config import Config
        from gainstage.observe.session import Session

        config = Config(output=os.path.join(self.order.folder, "run"))
        command = ("-m", self.order.name) if self.order.kind == "module" else (self.order.name,)
        self.session = Session.open(config, (*command, *self.order.arguments), self.order.name)
        self.session.install()


def counter(path: str) -> mmap.mmap:
    """Eight bytes that another process may read at any time."""
    with open(path, "w+b") as file:
        file.write(bytes(8))
        file.flush()
        return mmap.mmap(file.fileno(), 8)


def train(order: Order) -> None:
    """Run the script for real in this process, with the order's texts and nothing else of ours."""
    sys.argv = [order.name, *order.arguments]
    sources.install(order.texts)
    run_script(order)


def run_script(order: Order) -> None:
    """Run the script as ``__main__``."""
    main = ModuleType("__main__")
    main.__dict__["__builtins__"] = builtins
    code = _module_code(order, main) if order.kind == "module" else _file_code(order, main)
    sys.modules["__main__"] = main
    exec(code, main.__dict__)


def _file_code(order: Order, main: ModuleType) -> CodeType:
    """A script's code, and ``__main__`` as ``python script.py`` would make it."""
    path = os.path.abspath(order.name)
    sys.path[0] = os.path.dirname(os.path.realpath(path))
    main.__dict__.update(
        __file__=path, __cached__=None, __spec__=None, __package__=None, __loader__=SourceFileLoader("__main__", path)
    )
    return compile(sources.text_of(path, order.texts), path, "exec", dont_inherit=True)


def _module_code(order: Order, main: ModuleType) -> CodeType:
    """A module's code, and ``__main__`` as ``python -m module`` would make it."""
    import runpy

    sys.path[0] = order.cwd
    _, spec, code = runpy._get_module_details(order.name)  # type: ignore[attr-defined]
    sys.argv[0] = spec.origin
    main.__dict__.update(
        __file__=spec.origin, __cached__=None, __spec__=spec, __package__=spec.parent, __loader__=spec.loader
    )
    return code


def _users_files(order: Order) -> tuple[str, ...]:
    """The imported source files that lie under the script's folder or the working folder, the script first."""
    main = sys.modules["__main__"].__dict__.get("__file__") or ""
    roots = [os.path.join(folder, "") for folder in (order.cwd, os.path.dirname(main))]
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    found = dict.fromkeys([main] if main else [])
    for path in files:
        # Some of torch's modules name a file that does not exist.
        if isinstance(path, str) and path.endswith(".py") and path.startswith(tuple(roots)) and os.path.isfile(path):
            found.setdefault(path)
    return tuple(path for path in found if "site-packages" not in path.split(os.sep))


def _foreign_modules() -> tuple[str, ...]:
    """Installed packages that the script has imported: later trials may start with them."""
    loaded = list(sys.modules.items())
    return tuple(name for name, module in loaded if "site-packages" in str(getattr(module, "__file__", "")))


def _memory() -> int:
    """The most that this process has held, in bytes."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
