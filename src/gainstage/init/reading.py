"""Reads a network into a graph of calls: by one forward pass, by torch.fx, or by the order of its modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from gainstage.errors import GainstageError
from gainstage.init.graph import Graph
from gainstage.init.listen import Listener, Reached
from gainstage.observe.mode import unheard


def watched(
    model: nn.Module,
    inputs: Any,
    reached: Reached | None = None,
    *,
    descend: Callable[[Any], None] | None = None,
) -> Graph:
    """The calls of one forward pass; buffers and the random state come back as they were.

    Gradients are on only for ``descend(output)``, which is called when the pass is over.

    Raises:
        GainstageError: when the pass fails, with the layer that raised.
    """
    listener = Listener(Graph("one forward pass"), reached)
    with unchanged(model), unheard(), torch.set_grad_enabled(descend is not None):
        try:
            with listener:
                output = call(model, inputs)
            if descend is not None:
                descend(output)
        except GainstageError:
            raise
        except Exception as error:
            raise GainstageError(_failure(model, listener, error)) from error
    return listener.graph


def call(model: nn.Module, inputs: Any) -> Any:
    """The model's output: a mapping gives named arguments, a tuple several, anything else is the one argument."""
    if isinstance(inputs, Mapping):
        return model(**inputs)
    return model(*inputs) if isinstance(inputs, tuple) else model(inputs)


@contextmanager
def unchanged(model: nn.Module) -> Iterator[None]:
    """Running statistics and other buffers, and the random state, come back as they were.

    Inside, chance is the same every time: what is left of it (attention's dropout) must not decide about weights.
    """
    buffers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    devices = {parameter.device for parameter in model.parameters() if parameter.device.type == "cuda"}
    try:
        with torch.random.fork_rng(devices=list(devices)):
            torch.default_generator.manual_seed(0)
            for device in devices:
                with torch.cuda.device(device):
                    torch.cuda.manual_seed(0)
            yield
    finally:
        with torch.no_grad():
            for buffer, value in buffers:
                buffer.copy_(value)


def _failure(model: nn.Module, listener: Listener, error: Exception) -> str:
    failed = listener.failed
    name = next((n for n, p in model.named_parameters() if failed is not None and p is failed.weight), "")
    if not failed or not name:
        return f"the forward pass of {type(model).__name__} failed: {type(error).__name__}: {error}"
    place = name.rpartition(".")[0] or type(model).__name__
    weight = failed.weight
    assert weight is not None
    return (
        f"layer '{place}' ({failed.name}, weight {tuple(weight.shape)}) got an input of shape {listener.given}, which "
        f"does not fit: {error}; give a batch as the model takes it in training"
    )
