"""The training cannot tell that it is watched: same bits, same random numbers, same buffers, same answers of torch."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.overrides import TorchFunctionMode, _get_current_function_mode_stack
from torch.utils.flop_counter import FlopCounterMode

import gainstage

Build = Callable[[], nn.Module]


class Vision(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(
            *(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.Dropout(0.2), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(72, 4)),
        )


class FrozenEncoder(nn.Sequential):
    """In evaluation mode and without gradients torch's transformer layers take a fused path of their own."""

    def __init__(self) -> None:
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False).eval().requires_grad_(False)
        super().__init__(nn.Flatten(2), nn.Linear(64, 8).requires_grad_(False), encoder, nn.Flatten(), nn.Linear(24, 4))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.head = nn.LSTM(64, 8, dropout=0.3, num_layers=2, batch_first=True), nn.Linear(8, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.lstm(x.flatten(2))[0][:, -1])


def everything(build: Build, watching: bool) -> list[Any]:
    """All that a training leaves behind, after evaluations in between."""
    for seed in (torch.manual_seed, random.seed, np.random.seed):
        seed(0)
    model = build()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    x, y = torch.randn(16, 3, 8, 8), torch.randint(0, 4, (16,))
    left: list[Any] = []
    with gainstage.watch(every=1) if watching else nullcontext():
        for _ in range(4):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x + 0.1 * torch.randn_like(x)), y)
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                left += [loss.detach(), model(x)]
    left += [*model.state_dict().values(), *(p.grad for p in model.parameters())]
    return [*left, torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()]


@pytest.mark.parametrize("build", [Vision, FrozenEncoder, Recurrent])
def test_a_watched_training_ends_in_the_same_bits(build: Build) -> None:
    for plain, watched in zip(everything(build, False), everything(build, True), strict=True):
        if isinstance(plain, torch.Tensor):
            assert plain.dtype == watched.dtype
            assert torch.equal(plain, watched)
        else:
            assert plain == watched


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
def test_an_evaluation_takes_torchs_fast_path(context: Callable[[], Any]) -> None:
    torch.manual_seed(0)
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2).eval()
    attention = nn.MultiheadAttention(8, 2, batch_first=True).eval()
    x = torch.randn(4, 5, 8)
    with context():
        plain = encoder(x), attention(x, x, x)[0]
    with gainstage.watch(every=1), context():
        watched = encoder(x), attention(x, x, x)[0]
    assert torch.equal(plain[0], watched[0])
    assert torch.equal(plain[1], watched[1])
    assert torch.overrides.has_torch_function.__module__ != "gainstage.observe.mode"


@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
def test_tracing_scripting_counting_and_profiling_give_what_they_give() -> None:
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 2)), torch.randn(3, 6)

    def seen() -> list[Any]:
        with FlopCounterMode(display=False) as counter:
            model(x)
        with torch.autograd.profiler.profile() as profile:
            model(x)
        graph = torch.jit.trace(model, x).inlined_graph
        return [
            counter.get_total_flops(),
            sorted((event.key, event.count) for event in profile.key_averages()),
            [node.kind() for node in graph.nodes()],
            torch.fx.symbolic_trace(model).code,
            torch.jit.script(model).code,
        ]

    plain = seen()
    with gainstage.watch(every=1):
        assert seen() == plain


def test_functorchs_transforms_run_inside_of_a_sampled_step() -> None:
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1)), torch.randn(3, 6)

    def answers() -> list[torch.Tensor]:
        slope = torch.func.grad(lambda point: model(point).sum())
        return [slope(x), torch.func.vmap(slope)(x), torch.func.jacrev(model)(x), torch.func.hessian(model)(x[0])]

    plain = answers()
    with gainstage.watch(every=1) as watching:
        watched = answers()
    assert all(torch.equal(a, b) for a, b in zip(plain, watched, strict=True))
    assert not [event for event in watching.run.events if event.kind == "observer-error"]


class Log(TorchFunctionMode):
    """A mode of the user's: it must see the user's operations and none of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen.append(getattr(func, "__name__", "?"))
        return func(*args, **(kwargs or {}))


def steps() -> Callable[[], None]:
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 1)), torch.randn(4, 6)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    optimizer.zero_grad()

    def step() -> None:
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()

    step()
    return step


def test_a_mode_of_the_users_sees_the_users_operations_only() -> None:
    step, logs = steps(), [Log(), Log(), Log()]
    with logs[0]:
        step()
    with gainstage.watch(every=1), logs[1]:
        step()
    with logs[2], gainstage.watch(every=1):
        step()
    assert logs[1].seen == logs[2].seen == logs[0].seen


def test_modes_that_begin_or_end_inside_keep_their_order() -> None:
    step, before, inside = steps(), Log(), Log()
    before.__enter__()
    with gainstage.watch(every=1) as watching:
        step()
        before.__exit__(None, None, None)
        inside.__enter__()
        step()
    assert _get_current_function_mode_stack() == [inside]
    inside.__exit__(None, None, None)
    assert len(watching.run.steps) == 2


def test_the_default_device_stays_at_the_bottom() -> None:
    step = steps()
    with gainstage.watch(every=1) as watching:
        torch.set_default_device("cpu")
        step()
        step()
        context = torch._GLOBAL_DEVICE_CONTEXT.device_context
        assert _get_current_function_mode_stack()[0] is context
        context.__exit__(None, None, None)
        torch._GLOBAL_DEVICE_CONTEXT.device_context = None
    assert _get_current_function_mode_stack() == []
    assert len(watching.run.steps) == 2


@pytest.mark.parametrize("where", ["around", "inside", "ends inside"])
def test_a_device_for_a_block_ends_with_the_block(where: str) -> None:
    step, device = steps(), torch.device("cpu")
    if where != "inside":
        device.__enter__()
    with gainstage.watch(every=1) as watching:
        if where == "inside":
            with device:
                step()
        else:
            step()
        if where == "ends inside":
            device.__exit__(None, None, None)
        step()
    if where == "around":
        device.__exit__(None, None, None)
    assert _get_current_function_mode_stack() == []
    assert len(watching.run.steps) == 2
    assert len(watching.run.sites) == 4
