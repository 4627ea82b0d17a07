"""Other threads, child processes and copies of what is watched."""

from __future__ import annotations

import copy
import io
import os
import pickle
import threading
import warnings
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.overrides import _get_current_function_mode_stack
from torch.utils.data import DataLoader, Dataset
from watched import descend, faults, names

import gainstage

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def training(seed: int = 0) -> tuple[nn.Module, Callable[[], None]]:
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 1))
    x = torch.randn(16, 6)
    return model, descend(model, lambda: F.mse_loss(model(x), x[:, :1]))


def in_a_thread(action: Callable[[], None]) -> list[BaseException]:
    raised: list[BaseException] = []

    def run() -> None:
        try:
            action()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised


def test_a_training_in_another_thread_is_left_alone() -> None:
    (plain, step), (other, elsewhere), (_, here) = training(1), training(1), training(2)
    step()
    step()
    with gainstage.watch(every=1) as watching:
        here()
        assert in_a_thread(lambda: (elsewhere(), elsewhere(), None)[-1]) == []
        here()
    assert [s.step for s in watching.run.steps] == [0, 1]
    assert {s.root for s in watching.run.sites if s.module} == {"Sequential"}
    assert len(watching.run.parameters) == 4
    assert all(torch.equal(a, b) for a, b in zip(plain.parameters(), other.parameters(), strict=True))


def test_the_backward_pass_of_another_thread_is_no_step() -> None:
    model, here = training()
    with gainstage.watch(every=1) as watching:
        output = model(torch.ones(2, 6)).sum()
        assert in_a_thread(output.backward) == []
        here()
    assert faults(watching.run) == []
    assert watching.run.steps[0].backward_passes == 1


class Squares(Dataset[torch.Tensor]):
    def __len__(self) -> int:
        return 8

    def __getitem__(self, index: int) -> torch.Tensor:
        assert not _get_current_function_mode_stack(), "a worker is not watched"
        return torch.relu(torch.full((6,), float(index)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_workers_of_a_data_loader_are_not_watched() -> None:
    torch.manual_seed(0)
    model = nn.Linear(6, 1)
    loader = DataLoader(Squares(), batch_size=4, num_workers=2, multiprocessing_context="fork")
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    with warnings.catch_warnings(), gainstage.watch(every=1) as watching:
        warnings.simplefilter("ignore")
        for batch in loader:
            optimizer.zero_grad()
            model(batch).square().mean().backward()
            optimizer.step()
    assert [s.step for s in watching.run.steps] == [0, 1]
    assert names(watching.run)[-1] == "Linear (linear)"


def test_copies_made_inside_are_copies_of_the_users_things_only() -> None:
    model, step = training()
    with gainstage.watch(every=1) as watching:
        step()
        output = model(torch.ones(2, 6))
        twin, again = copy.deepcopy(model), pickle.loads(pickle.dumps(model))
        stored = io.BytesIO()
        torch.save(model, stored)
        output.sum().backward()
    stored.seek(0)
    loaded = torch.load(stored, weights_only=False)
    for one in (twin, again, loaded):
        assert all(torch.equal(a, b) for a, b in zip(model.parameters(), one.parameters(), strict=True))
        assert all(not p._backward_hooks for p in one.parameters())
        assert all(not module._forward_hooks for module in one.modules())
    assert b"gainstage" not in stored.getvalue()
    assert faults(watching.run) == []


def test_nothing_of_the_users_is_kept_alive() -> None:
    import gc
    import weakref

    model, step = training()
    gone = weakref.ref(model)
    with gainstage.watch(every=1) as watching:
        step()
        step()
        del model, step
        gc.collect()
        assert gone() is None
    assert len(watching.run.steps) == 2
