"""Warnings, exceptions and interrupts look as they do when nobody watches."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from watched import descend

import gainstage


def trained() -> tuple[nn.Module, Callable[[], None]]:
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1)), torch.randn(4, 6)
    return model, descend(model, lambda: F.mse_loss(model(x), torch.zeros(4, 1)))


def collected(step: Callable[[], Any], filter_: str) -> list[tuple[str, str, int]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter(filter_)  # type: ignore[arg-type]
        for _ in range(2):
            step()
    return [(str(one.message), one.filename, one.lineno) for one in caught]


@pytest.mark.parametrize("filter_", ["always", "default", "once"])
def test_warnings_point_at_the_users_line(filter_: str) -> None:
    x = torch.randn(4, 6)

    def step() -> None:
        F.softmax(x)
        F.mse_loss(x, x[:, :1])
        torch.tensor(x)
        x.mT.T.sum()
        torch.range(0, 3)

    plain = collected(step, filter_)
    with gainstage.watch(every=1):
        watched = collected(step, filter_)
    assert watched == plain
    assert len(plain) >= 3
    assert {filename for _, filename, _ in plain} == {__file__}


def test_a_warning_that_is_an_error_is_raised_in_the_users_code() -> None:
    x = torch.randn(4, 6)
    with gainstage.watch(every=1), warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="target size"):
            F.mse_loss(x, x[:, :1])
    assert warnings.warn.__module__ != "gainstage.observe.invisible"


def failing(action: Callable[[], Any], watching: bool) -> str:
    try:
        if watching:
            with gainstage.watch(every=1):
                action()
        else:
            action()
    except Exception as error:
        return "".join(traceback.format_exception(error))
    return "nothing was raised"


def test_an_exception_has_no_frame_of_ours() -> None:
    model, step = trained()

    def action() -> None:
        step()
        model(torch.randn(3, 7))

    plain, watched = failing(action, False), failing(action, True)
    lines = watched.splitlines()
    assert "mat1 and mat2" in lines[-1]
    assert not [line for line in lines if "/gainstage/" in line]
    assert lines[-12:] == plain.splitlines()[-12:]


def test_an_exception_that_the_user_catches_does_not_stop_observing() -> None:
    model, step = trained()
    with gainstage.watch(every=1) as watching:
        for _ in range(3):
            with pytest.raises(RuntimeError, match="mat1"):
                model(torch.randn(3, 7))
            with pytest.raises(RuntimeError, match="does not require grad"):
                torch.autograd.grad(torch.ones(1).sum(), torch.ones(1, requires_grad=True))
            step()
    assert len(watching.run.steps) == 3
    gradients = watching.run.signal(1, "gradient")
    assert (gradients > 0).all(), "a failed torch.autograd.grad does not deafen"


def test_an_interrupt_keeps_what_was_seen() -> None:
    _, step = trained()
    with pytest.raises(KeyboardInterrupt), gainstage.watch(every=1) as watching:
        step()
        raise KeyboardInterrupt
    assert watching.run.info.outcome == "interrupted"
    assert len(watching.run.steps) == 1


def test_a_loop_in_a_generator_may_be_left_alone() -> None:
    _, step = trained()

    def loop() -> Iterator[int]:
        with gainstage.watch(every=1) as watching:
            for _ in range(10):
                step()
                yield len(watching.run.steps)

    running = loop()
    assert [next(running), next(running)] == [1, 2]
    running.close()
    step()
