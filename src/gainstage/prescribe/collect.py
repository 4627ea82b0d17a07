"""Notes, while a script runs, where it makes its modules and optimizers; taken away again without a trace."""

from __future__ import annotations

import functools
import itertools
import os
import site
import sys
import sysconfig
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from gainstage.observe.imports import after_import
from gainstage.prescribe.places import Made, Optimised, Places, Spot

MOST = 20_000  # modules that are noted; a script that makes more makes them in a loop
_INSIDE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_LIBRARIES = tuple(
    os.path.join(os.path.abspath(folder), "")
    for folder in {
        _INSIDE,
        *(sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")),
        *site.getsitepackages(),
    }
)


@contextmanager
def collect() -> Iterator[Collector]:
    """Note what is made inside of the ``with`` block; torch is not imported by this, but may be inside.

    Only code in files is noted: what is typed at a prompt has no lines to change.

    Example:
        >>> with collect() as found:
        ...     import torch
        ...     model = torch.nn.Linear(3, 1)
        >>> found.places().modules[0].kind  # doctest: +SKIP
        'Linear'
    """
    collector = Collector()
    watch = after_import({"torch": collector.install})
    try:
        yield collector
    finally:
        watch.uninstall()
        collector.uninstall()


class Collector:
    """Wraps ``nn.Module.__init__``, ``Optimizer.__init__`` and notes the first steps' lines."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[weakref.ref[Any], Made]] = {}
        self._named: dict[Made, dict[tuple[str, str], None]] = {}
        self._optimizers: list[Optimised] = []
        self._steps: dict[Spot, None] = {}
        self._undo: list[Any] = []

    def install(self) -> None:
        """Torch is there: begin to note."""
        import torch
        from torch.optim.optimizer import register_optimizer_step_pre_hook

        self._undo = [
            _replace(torch.nn.Module, "__init__", self._module),
            _replace(torch.optim.Optimizer, "__init__", self._optimizer),
            register_optimizer_step_pre_hook(self._step).remove,
        ]

    def uninstall(self) -> None:
        """Stop; what is still alive gets its name. May be called twice."""
        undo, self._undo = self._undo, []
        if undo:
            self._name()
        for action in undo:
            action()

    def places(self) -> Places:
        """Everything noted up to now."""
        if self._undo:
            self._name()
        modules = []
        for made, names in self._named.items():
            roots, paths = zip(*names, strict=True) if names else ((), ())
            modules.append(Made(made.kind, made.spot, made.direct, paths, roots))
        spots = [item.spot for item in (*modules, *self._optimizers)] + list(self._steps)
        files = dict.fromkeys(spot.file for spot in spots)
        return Places(tuple(modules), tuple(self._optimizers), tuple(self._steps), tuple(files))

    def _module(self, module: Any) -> None:
        if len(self._made) >= MOST:
            return
        found = maker(sys._getframe(2), module)
        if found is not None:
            spot, direct = found
            made = Made(type(module).__name__, spot, direct)
            self._made[id(module)] = weakref.ref(module), made
            self._named.setdefault(made, {})

    def _optimizer(self, optimizer: Any) -> None:
        found = maker(sys._getframe(2), optimizer)
        if found is None or any(item.spot == found[0] for item in self._optimizers):
            return
        # A script keeps its model for as long as it trains, and no longer: this is when everything has its place.
        roots = self._name()
        held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
        settings = {key: float(value) for key, value in optimizer.defaults.items() if isinstance(value, (int, float))}
        root, module, missing = belonging(roots, held)
        self._optimizers.append(
            Optimised(type(optimizer).__name__, found[0], settings, root, module, len(held), missing)
        )

    def _step(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        if len(self._steps) < 16:
            frame: FrameType | None = sys._getframe(1)
            while frame is not None and not is_users(frame):
                frame = frame.f_back
            if frame is not None:
                self._steps[spot_of(frame)] = None

    def _name(self) -> dict[str, Any]:
        """Give every noted module that is alive its path; returns the roots by label."""
        alive = {key: (reference(), made) for key, (reference, made) in self._made.items()}
        inner = {id(child) for module, _ in alive.values() if module is not None for child in module.children()}
        roots: dict[str, Any] = {}
        for key, (module, made) in alive.items():
            if module is None:
                self._made.pop(key)
            elif key not in inner:
                labels = (f"{made.kind}#{count}" if count > 1 else made.kind for count in itertools.count(1))
                roots[next(label for label in labels if label not in roots)] = module
        for label, root in roots.items():
            for name, module in root.named_modules():
                known = self._made.get(id(module))
                if known is not None:
                    self._named[known[1]][label, name] = None
        return roots


def belonging(roots: dict[str, Any], held: set[int]) -> tuple[str, str, tuple[str, ...]]:
    """(root, path of the module whose parameters these are, what the roots have beside them that could learn)."""
    missing: list[str] = []
    for root in roots.values():
        own = {id(parameter): name for name, parameter in root.named_parameters() if parameter.requires_grad}
        if held & own.keys():
            missing += [name for key, name in own.items() if key not in held]
    for label, root in roots.items():
        for name, module in root.named_modules():
            own = {id(parameter) for parameter in module.parameters()}
            if own and own == held:
                return label, name, tuple(missing)
    return "", "", tuple(missing)


def _replace(owner: type, name: str, note: Any) -> Any:
    """Call ``note`` with the object whenever ``owner.name`` has run; returns what puts the original back."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def noted(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        note(self)

    setattr(owner, name, noted)
    return functools.partial(setattr, owner, name, original)


def maker(frame: FrameType | None, made: Any) -> tuple[Spot, bool] | None:
    """The user's call that made ``made``, and whether it did so itself; ``frame`` is where its ``__init__`` ran."""
    while frame is not None and frame.f_code.co_name == "__init__" and _first_argument(frame) is made:
        frame = frame.f_back
    direct = True
    while frame is not None and not is_users(frame):
        # Optimizers and modules wrap their own constructors; only a stranger's module in between counts.
        direct, frame = direct and _first_argument(frame) is made, frame.f_back
    return None if frame is None else (spot_of(frame), direct)


def _first_argument(frame: FrameType) -> Any:
    code = frame.f_code
    return frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None


def is_users(frame: FrameType) -> bool:
    """Whether this code is neither Python's nor an installed package's."""
    name = frame.f_code.co_filename
    return not name.startswith(("<", *_LIBRARIES))


def spot_of(frame: FrameType) -> Spot:
    """The call that ``frame`` is in."""
    positions = getattr(frame.f_code, "co_positions", None)  # since Python 3.11
    if positions is not None:
        line, _, column, _ = next(itertools.islice(positions(), frame.f_lasti // 2, None))
        if line is not None and column is not None:
            return Spot(frame.f_code.co_filename, line, column)
    return Spot(frame.f_code.co_filename, frame.f_lineno)
