"""What a loss function compares, seen from below it: the yardsticks that hold whatever the loss's scale.

A remedy may change the loss function or the scale of the targets, and then two losses are no longer comparable;
accuracy and the explained share of the targets still are. Only sums are kept, on the device, and read later.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

from gainstage.verify.order import Score

if TYPE_CHECKING:
    from torch import Tensor

# torch's own functions under those of torch.nn.functional: no function mode comes between, and nothing is seen twice.
BY_CLASS = ("cross_entropy_loss", "nll_loss_nd", "nll_loss", "kl_div")
BINARY = ("binary_cross_entropy", "binary_cross_entropy_with_logits")
BY_VALUE = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "poisson_nll_loss")
SCALED = (*BINARY, "poisson_nll_loss")  # the prediction is no target yet: only their correlation says how good it is
MOST_CLASSES = 128
MOST_WEIGHTS = 32
PENDING = 512  # calls whose sums wait on the device before they are read


@dataclass(slots=True)
class Scores:
    """Collects a :class:`Score` for every call of a loss function; ``step()`` tells how many steps have been made."""

    step: Callable[[], int]
    read: list[Score] = field(default_factory=list)
    _waiting: list[tuple[dict[str, Any], Tensor]] = field(default_factory=list)
    _weights: dict[int, tuple[Tensor, str]] = field(default_factory=dict)

    def install(self) -> None:
        """Listen to every loss function of torch."""
        import torch

        for name in (*BY_CLASS, *BINARY, *BY_VALUE):
            for home in (torch._C._nn, torch):  # pyright: ignore[reportAttributeAccessIssue]
                if hasattr(home, name):
                    setattr(home, name, self._heard(getattr(home, name), name))

    def take(self) -> tuple[Score, ...]:
        """Everything so far."""
        self._read_waiting()
        return tuple(self.read)

    def _heard(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        import torch

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            loss = function(*args, **kwargs)
            if not torch.compiler.is_compiling() and len(args) >= 2:
                try:
                    with torch.no_grad():
                        self._note(name, args, kwargs, loss, held_out=not args[0].requires_grad)
                except (RuntimeError, TypeError, IndexError, AttributeError):
                    return loss  # an unusual call: no yardstick, and no harm to the training
            return loss

        return call

    def _note(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], loss: Any, *, held_out: bool) -> None:
        import torch

        prediction, target = args[0].detach(), args[1].detach()
        facts: dict[str, Any] = {
            "step": self.step(),
            "held_out": held_out,
            "function": self._named(name, (*args[2:], *kwargs.values())),
        }
        if name in BY_CLASS:
            sums = _by_class(prediction, target)
        else:
            facts["binary"] = name in SCALED
            sums = _by_value(prediction, target)
        value = loss.detach().double().reshape(1) if loss.numel() == 1 else torch.full((1,), float("nan"))
        self._waiting.append((facts, torch.cat([value.to(sums.device), sums])))
        if len(self._waiting) >= PENDING:
            self._read_waiting()

    def _named(self, name: str, settings: tuple[Any, ...]) -> str:
        """The function with everything that gives its value another meaning: reduction, smoothing, classes' weights."""
        told: list[str] = []
        for setting in settings:
            if not hasattr(setting, "tolist"):
                told.append(str(setting))
                continue
            held, text = self._weights.get(id(setting), (None, ""))
            if held is not setting:
                # Read once for each tensor: reading waits for the device.
                values = setting.detach().double().reshape(-1)[:MOST_CLASSES].tolist()
                text = f"weights {zlib.crc32(repr([f'{value:.4g}' for value in values]).encode()):x}"
                if len(self._weights) >= MOST_WEIGHTS:
                    self._weights.clear()  # they are made anew for every call
                self._weights[id(setting)] = (setting, text)
            told.append(text)
        if name in BINARY:
            # Of probabilities or of logits: both are the negative logarithm of what the target was given.
            name, told = BINARY[0], [text for text in told if text != "None"]
        return f"{name}({', '.join(told)})"

    def _read_waiting(self) -> None:
        for facts, tensor in self._waiting:
            loss, *sums = tensor.tolist()
            if "binary" in facts:
                self.read.append(Score(loss=loss, sums=tuple(sums), **facts))
            else:
                half = len(sums) // 2
                self.read.append(Score(loss=loss, right=tuple(sums[:half]), total=tuple(sums[half:]), **facts))
        self._waiting.clear()


def _by_class(prediction: Tensor, target: Tensor) -> Tensor:
    """Right answers and examples by class, one after the other: shape (2 × classes,); one class where they are many."""
    import torch

    dim = 1 if prediction.dim() > 1 else 0
    classes = prediction.shape[dim]
    if target.is_floating_point():
        target = target.argmax(dim)
    counted = target >= 0  # ignore_index is negative unless somebody chose a class for it
    right = (prediction.argmax(dim) == target) & counted
    place = target.clamp(min=0).reshape(-1) if classes <= MOST_CLASSES else torch.zeros_like(target).reshape(-1)
    sums = torch.zeros(2, min(classes, MOST_CLASSES) if classes <= MOST_CLASSES else 1, dtype=torch.float64)
    sums = sums.to(prediction.device)
    for row, marks in zip(sums, (right, counted), strict=True):
        row.index_add_(0, place, marks.reshape(-1).double())
    return sums.reshape(-1)


def _by_value(prediction: Tensor, target: Tensor) -> Tensor:
    """n, Σp, Σp², Σy, Σy², Σpy; predictions and targets that torch has broadcast against each other are paired up."""
    import torch

    p, y = (_unexpanded(tensor).reshape(-1).double() for tensor in (prediction, target))
    if p.shape != y.shape:
        p, y = (tensor.reshape(-1).double() for tensor in (prediction, target))
    ones = torch.ones((), dtype=torch.float64, device=p.device)
    return torch.stack([ones * p.numel(), p.sum(), (p * p).sum(), y.sum(), (y * y).sum(), (p * y).sum()])


def _unexpanded(tensor: Tensor) -> Tensor:
    """Without the dimensions along which it is only repeated."""
    for dim in range(tensor.dim() - 1, -1, -1):
        if tensor.shape[dim] > 1 and tensor.stride(dim) == 0:
            tensor = tensor.select(dim, 0)
    return tensor
