"""One forward and one backward pass on one batch, watched, with the model left exactly as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from gainstage.config import Config
from gainstage.errors import GainstageError
from gainstage.observe.session import Session
from gainstage.record.run import Run
from gainstage.record.sink import Memory


def look_once(model: nn.Module, inputs: Any, loss: Callable[[Any], torch.Tensor]) -> Run:
    """The run of a single sampled step without an update."""
    session = Session.in_memory(Config(every=1), type(model).__name__)
    with _unchanged(model):
        try:
            session.install()
            value = loss(_call(model, inputs))
            if not isinstance(value, torch.Tensor) or value.numel() != 1:
                given = tuple(value.shape) if isinstance(value, torch.Tensor) else type(value).__name__
                raise GainstageError(f"check(model, inputs, loss): loss(output) gave {given}, expected one number")
            if not value.requires_grad:
                raise GainstageError(
                    "check(model, inputs, loss): the loss does not depend on any parameter that requires a gradient; "
                    "is everything frozen or detached?"
                )
            value.backward()
        finally:
            session.close("finished")
    if session.disabled_reason:
        raise GainstageError(f"check(model, inputs, loss) failed inside of Gainstage: {session.disabled_reason}")
    assert isinstance(session.sink, Memory)
    return session.sink.run()


def _call(model: nn.Module, inputs: Any) -> Any:
    if isinstance(inputs, Mapping):
        return model(**inputs)
    return model(*inputs) if isinstance(inputs, tuple) else model(inputs)


@contextmanager
def _unchanged(model: nn.Module) -> Iterator[None]:
    """Gradients, buffers (running statistics), the training flag and the random state come back as they were."""
    gradients = [(parameter, parameter.grad) for parameter in model.parameters()]
    buffers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    for parameter, _ in gradients:
        parameter.grad = None
    devices = {parameter.device for parameter, _ in gradients if parameter.device.type == "cuda"}
    try:
        with torch.random.fork_rng(devices=list(devices)), torch.enable_grad():
            yield
    finally:
        for parameter, gradient in gradients:
            parameter.grad = gradient
        with torch.no_grad():
            for buffer, value in buffers:
                buffer.copy_(value)
