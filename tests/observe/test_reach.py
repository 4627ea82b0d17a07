"""How far the gradient is followed: last states, parts that are cut off, passes thrown away, gradients left over."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

import gainstage


class LastState(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8, batch_first=True)
        self.head = nn.Linear(8, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        _, last = self.rnn(x)
        return self.head(last[-1])


def test_an_rnn_used_by_its_last_state_is_heard() -> None:
    torch.manual_seed(0)
    run = gainstage.check(LastState(), torch.randn(6, 5, 4), lambda output: output.square().mean()).run
    recurrent = next(site for site in run.sites if site.kind == "recurrent")
    assert run.signal(recurrent.index, "gradient")[0] > 0


@pytest.mark.parametrize(("cleared", "share"), [(True, 0.0), (False, 1.0)])
def test_a_hand_written_loop_tells_whether_it_clears_its_gradients(cleared: bool, share: float) -> None:
    torch.manual_seed(0)
    weight = torch.randn(4, 1, requires_grad=True)
    x = torch.randn(16, 4)
    with gainstage.watch(every=1) as watching:
        for _ in range(8):
            (x @ weight).square().mean().backward()
            with torch.no_grad():
                weight -= 0.01 * weight.grad
            if cleared:
                weight.grad = None
    stale = watching.run.step("stale_gradients")
    assert set(stale[~np.isnan(stale)]) == {share}


def test_a_pass_that_overflowed_is_told_and_left_out() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**20)
    x = torch.randn(64, 16)
    with gainstage.watch(every=1) as watching:
        for _ in range(30):
            optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.float16):
                loss = F.mse_loss(model(x), 100 * x[:, :1])
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
    run = watching.run
    assert run.events[0].kind == "skipped-step"
    assert run.sampled and all(np.isfinite(run.signal(site.index, "gradient")[0]) for site in run.sites if site.fan_in)
    assert run.steps[0].loss == pytest.approx(9000, rel=0.5)


class Cut(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Linear(4, 8), nn.Linear(8, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(torch.tensor(self.body(x).detach().numpy()))


def test_a_part_behind_a_broken_graph_is_a_site_without_a_gradient() -> None:
    run = gainstage.check(Cut(), torch.randn(6, 4), lambda output: output.square().mean()).run
    body = next(site for site in run.sites if site.module == "body")
    assert np.isnan(run.signal(body.index, "gradient")).all()
    assert run.signal(body.index, "signal")[0] > 0


class Swish(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        z = self.first(x)
        return self.second(z * torch.sigmoid(z))


def test_a_function_written_out_has_the_activations_share() -> None:
    torch.manual_seed(0)
    x = torch.randn(32, 8, requires_grad=True)
    view = gainstage.check(Swish(), (x,), lambda output: output.square().mean()).view
    shares = {key: float(value[0]) for key, value in view.shares_db(view.chain[0]).items()}
    assert view.chain[0].function == "custom"
    assert shares["activation"] < -1 and shares["other"] == 0
    assert sum(shares.values()) == pytest.approx(float(view.backward_db(view.chain[0])[0]))
