"""Runs a callback right after a module has been imported, without importing it and without being seen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from importlib.abc import Loader


def after_import(callbacks: Mapping[str, Callable[[], None]]) -> ImportWatch:
    """Call each function once, as soon as the module it is listed under is fully executed.

    A module that is imported already has its callback called at once. The callbacks never disturb
    the importing code: what they raise is dropped, so report errors inside them.
    """
    watch = ImportWatch(callbacks)
    for name in callbacks:
        module = sys.modules.get(name)
        # `_initializing` is importlib's own mark of a module whose code is still running.
        if module is not None and not getattr(module.__spec__, "_initializing", False):
            watch.done(name)
    if watch.pending:
        sys.meta_path.insert(0, watch)
    return watch


class ImportWatch:
    """A finder at the head of ``sys.meta_path`` that lends the awaited modules a loader that reports back.

    It leaves ``sys.meta_path`` when the last awaited module has arrived.
    """

    def __init__(self, callbacks: Mapping[str, Callable[[], None]]) -> None:
        self.pending = dict(callbacks)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that the other finders give, with our loader around theirs; ``None`` for any other module."""
        if name not in self.pending:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                    spec.loader = cast("Loader", ReportingLoader(spec.loader, self))
                return spec
        return None

    def done(self, name: str) -> None:
        """The module ``name`` is there: call its callback, and leave when it was the last one."""
        callback = self.pending.pop(name, None)
        if not self.pending:
            self.uninstall()
        if callback is not None:
            try:
                callback()
            except Exception:
                return

    def uninstall(self) -> None:
        """Leave ``sys.meta_path``; callbacks that are still pending are never called. May be called twice."""
        self.pending.clear()
        if self in sys.meta_path:
            sys.meta_path.remove(self)


class ReportingLoader:
    """Stands in for a module's own loader until the module's code has run; any other question goes to that one."""

    def __init__(self, loader: Any, watch: ImportWatch) -> None:
        self._loader = loader
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the module's own loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module under its own loader, then report."""
        # Put back before the module's code runs: it sees what it would see in plain Python.
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._watch.done(module.__spec__.name)


def _hide(function: Any) -> None:
    """Give ``function`` importlib's file name, so that Python cuts its frame from tracebacks as it cuts importlib's."""
    function.__code__ = function.__code__.replace(co_filename="<frozen importlib._bootstrap>")


_hide(ReportingLoader.exec_module)
_hide(ReportingLoader.create_module)
_hide(ImportWatch.find_spec)
