"""Cards of functions that are not in the catalogue: any elementwise callable, examined by calling it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gainstage.errors import GainstageError
from gainstage.functions.card import Card
from gainstage.functions.function import Array, Formula, Function
from gainstage.functions.sampled import NEAR, sample

SHAPES = ((7,), (3, 4), (2, 3, 4))
ROUNDING = 1e-5  # relative: vectorised code may round differently from one place to the next
STEP = 6e-6  # of central differences: the cube root of float64's resolution


class UnfitCallable(GainstageError, ValueError):
    """A callable that is no elementwise function; the message names the check that it failed."""


def function(candidate: Callable[[Any], Any], name: str = "") -> Card:
    """The card of any elementwise callable of NumPy arrays or torch tensors, its properties found numerically.

    ``candidate`` takes one array (or tensor, or it is a module) and returns one of the same shape. It is called about
    thirty times, on copies, without gradients being kept. Every property is "numerical" with its tolerance, or unknown.

    Raises:
        UnfitCallable: saying which check failed: callable, runs, result, shape, dtype, finite, deterministic or
            elementwise.

    Example:
        >>> import numpy as np
        >>> round(function(lambda x: np.maximum(x, 0.0))["gain"], 6)
        1.414214
    """
    if not callable(candidate):
        raise _unfit(repr(candidate), "callable", "it cannot be called")
    label = name or getattr(candidate, "__name__", type(candidate).__name__)
    value, derivative = _connected(candidate, label)
    _check_shapes(value, label)
    _check_values(value, label)
    made = Function(label, value, derivative)
    return Card(
        name=label,
        title="your own function",
        formula=label + "(x)",
        derivative=label + "'(x)",
        parameters={},
        properties=sample(made),
        torch="",
        module="",
        reference="measured by calling it",
        function=made,
        line=made,
    )


def _unfit(label: str, check: str, why: str) -> UnfitCallable:
    return UnfitCallable(f"{label}: check '{check}' failed: {why}; expected an elementwise function of one array")


def _connected(function: Callable[[Any], Any], label: str) -> tuple[Formula, Formula]:
    """Value and derivative on float64 arrays, through whichever of NumPy and torch the callable takes."""
    torch = sys.modules.get("torch")  # a torch callable brings it along; nobody else has to wait for it
    probe, problems = np.linspace(-1.0, 1.0, 5), []
    if torch is None or not isinstance(function, torch.nn.Module):
        try:
            with np.errstate(all="ignore"):
                result = function(probe.copy())
            if isinstance(result, np.ndarray | np.floating):
                value = _through_numpy(function)
                return value, Differences(value)
            problems.append(f"it gave {type(result).__name__} for an array")
        except Exception as error:
            problems.append(f"with an array {type(error).__name__}: {error}")
    if torch is not None:
        for dtype in (torch.float64, torch.float32):
            try:
                result = function(torch.tensor(probe, dtype=dtype))
            except Exception as error:
                problems.append(f"with a {dtype} tensor {type(error).__name__}: {error}")
                continue
            if isinstance(result, torch.Tensor):
                return _through_torch(torch, function, dtype)
            problems.append(f"it gave {type(result).__name__} for a tensor")
    check = "result" if problems and problems[-1].startswith("it gave") else "runs"
    raise _unfit(label, check, "; ".join(problems))


def _through_numpy(function: Callable[[Any], Any]) -> Formula:
    def value(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(function(np.array(x, dtype=float)))

    return value


@dataclass(frozen=True, slots=True)
class Differences:
    """The derivative of a function of which only values are known: central differences, about nine digits."""

    value: Formula

    def __call__(self, x: Array) -> Array:
        step = STEP * np.maximum(1.0, np.abs(x))
        return (self.value(x + step) - self.value(x - step)) / (2 * step)


def _through_torch(torch: Any, function: Callable[[Any], Any], dtype: Any) -> tuple[Formula, Formula]:
    def value(x: Array) -> Array:
        with torch.no_grad():
            result = function(torch.tensor(np.asarray(x), dtype=dtype))
        return result.detach().to(torch.float64).numpy() if result.is_floating_point() else result.numpy()

    def derivative(x: Array) -> Array:
        with torch.enable_grad():
            inputs = torch.tensor(np.asarray(x), dtype=dtype, requires_grad=True)
            result = function(inputs * 1)  # a copy inside the graph: the function may work in place
            if not result.requires_grad:
                return Differences(value)(x)
            (slope,) = torch.autograd.grad(result.sum(), inputs, allow_unused=True)
        return np.zeros_like(x) if slope is None else slope.to(torch.float64).numpy()

    return value, derivative


def _check_shapes(value: Formula, label: str) -> None:
    for shape in SHAPES:
        x = np.linspace(-1.0, 1.0, int(np.prod(shape))).reshape(shape)
        try:
            result = value(x)
        except Exception as error:
            raise _unfit(label, "shape", f"with shape {shape} {type(error).__name__}: {error}") from error
        if result.shape != shape:
            raise _unfit(label, "shape", f"it gave shape {result.shape} for shape {shape}")
        if not np.issubdtype(result.dtype, np.floating):
            raise _unfit(label, "dtype", f"it gave {result.dtype} for floating-point numbers")


def _check_values(value: Formula, label: str) -> None:
    x = np.linspace(-NEAR, NEAR, 301)
    result, again = value(x), value(x)
    if not np.isfinite(result).all():
        raise _unfit(label, "finite", f"it is not finite at x = {x[~np.isfinite(result)][0]:.4g}")
    if not np.array_equal(result, again):
        raise _unfit(label, "deterministic", "two calls with the same input differ")
    order = np.random.default_rng(0).permutation(len(x))
    scale = ROUNDING * (1 + np.abs(result))
    if (np.abs(value(x[order]) - result[order]) > scale[order]).any():
        raise _unfit(label, "elementwise", "the outputs do not follow their inputs when these change places")
    moved = x.copy()
    moved[::2] += 1.0
    if (np.abs(value(moved) - result) > scale)[1::2].any():
        raise _unfit(label, "elementwise", "an output changes when another input changes")
