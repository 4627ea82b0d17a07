"""The one tap: a torch function mode that sees every operation of a sampled step.

The mode sits at the bottom of the stack of modes, so that a ``with`` block of the user that begins or ends while
it is installed still pops its own mode and never ours. While an operation runs, the mode is off: torch's own
inner calls are not seen, and neither are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import overrides
from torch.overrides import (
    TorchFunctionMode,
    _get_current_function_mode_stack,
    _len_torch_function_stack,
    _pop_mode,
    _push_mode,
)

from gainstage.observe.invisible import Tracebacks, Warnings

Before = Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]
After = Callable[[Any, Any, tuple[Any, ...], dict[str, Any], Any], None]


class Tap(TorchFunctionMode):
    """Calls ``before(function, args, kwargs)``, the operation, and ``after(token, function, args, kwargs, output)``.

    ``before`` answers ``None`` for an operation that ``after`` need not see. Neither may raise.
    """

    def __init__(self, before: Before, after: After) -> None:
        super().__init__()
        self.before = before
        self.after = after
        self._warnings = Warnings(_CODE)
        self._fast_paths = FastPaths(self)
        self.tracebacks = Tracebacks(_CODE)

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        token = self.before(func, args, kwargs)
        try:
            output = func(*args, **kwargs)
        except BaseException:
            self.tracebacks.expect()
            raise
        if token is not None:
            self.after(token, func, args, kwargs, output)
        return output

    def install(self) -> None:
        """Go below every mode of the user's, but above the default device, which insists on the bottom.

        ``with torch.device(...)`` is a mode like any other: it takes away whatever is on top when it ends.
        """
        above = _take_all()
        if above and above[-1] is getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None):
            _push_mode(above.pop())
        _push_mode(self)
        for mode in reversed(above):
            _push_mode(mode)
        self._warnings.install()
        self._fast_paths.install()

    def remove(self) -> bool:
        """Go, from wherever it is; every other mode keeps its place.

        While an operation is being handled torch holds the mode aside and puts it back afterwards: then it cannot
        go, and the answer is ``False``.
        """
        if self not in _get_current_function_mode_stack():
            return False
        self._warnings.remove()
        self._fast_paths.remove()
        for mode in reversed(_take_all()):
            if mode is not self:
                _push_mode(mode)
        return True


_CODE = Tap.__torch_function__.__code__


@contextmanager
def unheard() -> Iterator[None]:
    """No tap hears what runs inside: passes of our own are no part of a watched training."""
    taps = [mode for mode in _get_current_function_mode_stack() if isinstance(mode, Tap)]
    for tap in taps:
        tap.remove()
    try:
        yield
    finally:
        for tap in taps:
            tap.install()


class FastPaths:
    """Keeps torch's fused kernels in use: the transformer's layers leave them as soon as any function mode is in place.

    Their last digits differ from the plain path's, in an evaluation and behind a frozen encoder.
    """

    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self._asked: Any = None

    def install(self) -> None:
        """Answer ``torch.overrides.has_torch_function`` as if the tap were not there."""
        self._asked = overrides.has_torch_function
        overrides.has_torch_function = self.ask  # type: ignore[assignment]

    def remove(self) -> None:
        """Give it back, unless somebody else took our place meanwhile."""
        if overrides.has_torch_function == self.ask:
            overrides.has_torch_function = self._asked

    def ask(self, relevant_args: Any) -> bool:
        """Would these arguments, or a mode of the user's, override torch's functions?"""
        if _get_current_function_mode_stack() != [self._tap]:
            return self._asked(relevant_args)
        _pop_mode()
        try:
            return self._asked(relevant_args)
        finally:
            _push_mode(self._tap)


def _take_all() -> list[TorchFunctionMode]:
    """Every mode of this thread, top first; the stack is empty afterwards."""
    return [_pop_mode() for _ in range(_len_torch_function_stack())]


def quiet() -> bool:
    """Must nothing of ours run right now?

    Inside of functorch's transforms, under a dispatch mode (a FLOP counter would count our operations), while
    compiling or tracing, or under a profiler, an extra operation would show in the user's results.
    """
    return (
        torch._C._len_torch_dispatch_stack() > 0
        or torch._C._functorch.peek_interpreter_stack() is not None  # pyright: ignore[reportAttributeAccessIssue]
        or torch.autograd._profiler_enabled()
        or torch._C._get_tracing_state() is not None
        or torch.compiler.is_compiling()
    )
