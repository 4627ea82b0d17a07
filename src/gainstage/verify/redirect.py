"""Libraries that open files by themselves, below Python: their functions are led where a trial's files lie."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, wraps
from importlib import import_module
from typing import Any

from gainstage.observe.imports import after_import

# module: function or class, which argument is the path, and what is done to it
PATHS: dict[str, tuple[tuple[str, int, str], ...]] = {
    "torch": (
        ("_C.PyTorchFileWriter", 0, "write"),
        ("jit.save", 1, "write"),
        ("jit.load", 0, "read"),
    ),
    "safetensors": (("serialize_file", 1, "write"), ("safe_open", 0, "read")),
    "sqlite3": (("connect", 0, "change"),),
    "h5py": (("File.__init__", 1, "change"),),
}
Ways = Mapping[str, Callable[[Any], Any]]


def install(ways: Ways) -> None:
    """Lead every known library, as soon as it is imported; ``ways`` say where a path is read, written or changed."""
    after_import({name: partial(_lead, name, ways) for name in PATHS})


def _lead(module: str, ways: Ways) -> None:
    for name, place, way in PATHS[module]:
        *path, last = name.split(".")
        owner: Any = import_module(module)
        for part in path:
            owner = getattr(owner, part, None)
        if hasattr(owner, last):
            setattr(owner, last, led(getattr(owner, last), place, ways[way]))


def led(function: Callable[..., Any], place: int, way: Callable[[Any], Any]) -> Callable[..., Any]:
    """``function`` with the path at ``place`` of its arguments changed by ``way``; what is no path is left alone."""

    @wraps(function, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        if len(args) > place and _is_path(args[place]):
            args = (*args[:place], way(args[place]), *args[place + 1 :])
        return function(*args, **kwargs)

    return call


def _is_path(value: Any) -> bool:
    """A path, not an open file, nor a name such as ``:memory:`` or ``file:...``."""
    return (isinstance(value, str) and ":" not in value[:6]) or hasattr(value, "__fspath__")
