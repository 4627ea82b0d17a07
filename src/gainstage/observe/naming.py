"""Where in the user's program an operation runs: module path, root module and source line.

Nothing is hooked for it: the Python stack already knows. Every frame of ``Module._call_impl`` on the stack is
a module that is running, and the first frame outside of torch and of this package is the user's line.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

import torch
from torch import nn

_CALL_IMPL: CodeType = nn.Module._call_impl.__code__
_LIBRARY = tuple(os.path.join(os.path.dirname(os.path.abspath(path)), "") for path in (torch.__file__, __file__))
_WRAPPERS = ("_orig_mod", "module")  # torch.compile and (Distributed)DataParallel


@dataclass(frozen=True, slots=True)
class Place:
    """The innermost running module: its path within the outermost one, and its class."""

    root: str = ""
    module: str = ""
    module_class: str = ""
    training: bool = True


NOWHERE = Place()
UNREGISTERED = "<unregistered"


@dataclass(slots=True)
class Root:
    """An outermost module, not kept alive, and the paths of what is inside of it."""

    module: weakref.ref[nn.Module]
    label: str
    paths: dict[int, str]


@dataclass(slots=True)
class Names:
    """Labels for root modules, and paths of their submodules.

    A root without anything inside (a loss made anew for every batch) is known by its class alone, and the label
    of a model that is gone goes to the next one of its class: a cross-validation trains one network, not ten.
    """

    roots: dict[int, Root] = field(default_factory=dict)
    with_source: bool = True

    def place(self, frame: FrameType | None) -> Place:
        """The place of the code that runs in ``frame``."""
        inner: nn.Module | None = None
        outer: nn.Module | None = None
        while frame is not None:
            if frame.f_code is _CALL_IMPL:
                module = frame.f_locals.get("self")
                if module is not None:
                    outer = module
                    inner = inner if inner is not None else module
            frame = frame.f_back
        if inner is None or outer is None:
            return NOWHERE
        module = unwrap(outer)
        if inner is module and not module._modules and not module._parameters:
            return Place(class_name(module), "", class_name(module), module.training)
        root = self._root(module)
        return Place(root.label, _path(root, module, inner), class_name(inner), module.training)

    def line(self, frame: FrameType | None) -> str:
        """The user's line that runs in ``frame``, unless source lines are to be left out."""
        return source_line(frame) if self.with_source else ""

    def _root(self, module: nn.Module) -> Root:
        known = self.roots.get(id(module))
        if known is None or known.module() is not module:
            self.roots = {key: root for key, root in self.roots.items() if root.module() is not None}
            taken = {root.label for root in self.roots.values()}
            label, count = class_name(module), 1
            while label in taken:
                count += 1
                label = f"{class_name(module)}#{count}"
            known = self.roots[id(module)] = Root(weakref.ref(module), label, _paths(module))
        return known

    def parameters(self) -> Iterator[tuple[str, str, nn.Parameter]]:
        """(root label, qualified name, parameter) of every root module that is alive."""
        for root in self.roots.values():
            module = root.module()
            if module is not None:
                for name, parameter in module.named_parameters():
                    yield root.label, name, parameter


def _path(root: Root, outer: nn.Module, module: nn.Module) -> str:
    path = root.paths.get(id(module))
    if path is None:
        root.paths.update(_paths(outer))
        # A module kept in a plain list is not registered: it has no path, only a class.
        path = root.paths.setdefault(id(module), f"{UNREGISTERED} {type(module).__name__}>")
    return path


def class_name(module: nn.Module) -> str:
    """The class as the user knows it: FSDP2 puts a module into a new class that derives from its own."""
    kind = type(module)
    return kind.__bases__[-1].__name__ if _is_sharded(kind) else kind.__name__


def _is_sharded(kind: type[nn.Module]) -> bool:
    own = kind.__bases__[-1].__name__
    return len(kind.__bases__) == 2 and kind.__name__ in (f"FSDP{own}", f"Replicate{own}")


def unwrap(module: nn.Module) -> nn.Module:
    """The user's module inside of torch.compile's and data-parallel's wrappers."""
    kind = type(module)
    while kind.__module__.startswith(("torch._dynamo", "torch.nn.parallel", "torch.distributed")):
        if _is_sharded(kind):
            return module
        inside = next((child for name, child in module.named_children() if name in _WRAPPERS), None)
        if inside is None:
            return module
        module, kind = inside, type(inside)
    return module


def _paths(root: nn.Module) -> dict[int, str]:
    return {id(module): name for name, module in root.named_modules()}


def user_frame(frame: FrameType | None) -> FrameType | None:
    """The innermost frame that belongs neither to torch nor to this package."""
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith(_LIBRARY) and not name.startswith("<frozen"):
            return frame
        frame = frame.f_back
    return None


def source_line(frame: FrameType | None) -> str:
    """``train.py:14``, relative to the working directory where that is shorter."""
    found = user_frame(frame)
    return "" if found is None else f"{_short(found.f_code.co_filename)}:{found.f_lineno}"


@lru_cache(maxsize=1024)
def _short(path: str) -> str:
    try:
        short = os.path.relpath(path)
    except (ValueError, OSError):
        return path
    return short if len(short) < len(path) else path


def variable_name(value: Any, frame: FrameType | None) -> str:
    """What the user calls a tensor that belongs to no module: ``w1``, or ``weights[0]``."""
    found = user_frame(frame)
    while found is not None:
        for scope in (found.f_locals, found.f_globals):
            for name, candidate in list(scope.items()):
                if candidate is value:
                    return name
                if isinstance(candidate, (list, tuple)) and len(candidate) <= 4096:
                    for position, item in enumerate(candidate):
                        if item is value:
                            return f"{name}[{position}]"
        found = user_frame(found.f_back)
    return ""
