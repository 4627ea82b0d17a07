"""Signals, gains and fans against the same network computed by hand, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from watched import looked, number, offset, rms, signal, site

Layers = Callable[[], Sequence[nn.Module]]
CHAINS: dict[str, tuple[Layers, tuple[int, ...]]] = {
    "linear": (lambda: [nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 4), nn.Sigmoid(), nn.Linear(4, 2)], (16, 6)),
    "sequence": (lambda: [nn.Linear(6, 8), nn.GELU(), nn.LayerNorm(8), nn.Linear(8, 2)], (3, 5, 6)),
    "rms_norm": (lambda: [nn.Linear(6, 8), nn.RMSNorm(8), nn.SiLU(), nn.Linear(8, 2)], (16, 6)),
    "batch_norm1d": (lambda: [nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2)], (16, 6)),
    "conv2d": (lambda: [nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ELU(), nn.Conv2d(3, 2, 3)], (4, 2, 4, 4)),
    "group_norm": (lambda: [nn.Conv2d(2, 4, 3, padding=1), nn.GroupNorm(2, 4), nn.Mish()], (4, 2, 4, 4)),
    "instance_norm": (lambda: [nn.Conv2d(2, 4, 1), nn.InstanceNorm2d(4, affine=True)], (4, 2, 4, 4)),
    "conv1d": (lambda: [nn.Conv1d(2, 3, 3), nn.Softplus(), nn.Conv1d(3, 2, 3)], (4, 2, 8)),
    "conv3d": (lambda: [nn.Conv3d(2, 3, 2), nn.Hardswish(), nn.Conv3d(3, 2, 1)], (2, 2, 3, 3, 3)),
    "transposed": (lambda: [nn.ConvTranspose2d(2, 3, 2), nn.ReLU(), nn.ConvTranspose2d(3, 2, 1)], (4, 2, 3, 3)),
    "unbatched": (lambda: [nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.Conv2d(3, 2, 3)], (2, 4, 4)),
    "dropout": (lambda: [nn.Linear(6, 8), nn.Dropout(0.5), nn.ReLU(), nn.Linear(8, 2)], (16, 6)),
    "prelu": (lambda: [nn.Linear(6, 8), nn.PReLU(8), nn.Linear(8, 2)], (16, 6)),
    "float64": (lambda: [nn.Linear(6, 8).double(), nn.CELU(), nn.Linear(8, 2).double()], (16, 6)),
    "half": (lambda: [nn.Linear(6, 8).half(), nn.ReLU(), nn.Linear(8, 2).half()], (16, 6)),
}


def unit_dim(layer: nn.Module, tensor: torch.Tensor) -> int:
    """Channels of images, the last dimension of everything else."""
    return -3 if tensor.dim() in (3, 4) and "2d" in type(layer).__name__ else 1 if tensor.dim() > 2 else -1


@pytest.mark.parametrize("name", CHAINS)
def test_every_number_of_a_chain_is_what_autograd_says(name: str) -> None:
    build, shape = CHAINS[name]
    torch.manual_seed(3)
    model = nn.Sequential(*build())
    dtype = next(model.parameters()).dtype
    x = torch.randn(shape, dtype=torch.float32).to(dtype)
    torch.manual_seed(4)
    run = looked(model, x, lambda output: output.square().mean())
    torch.manual_seed(4)
    tensors = [x]
    for layer in model:
        tensors.append(layer(tensors[-1]))
        tensors[-1].retain_grad()
    tensors[-1].square().mean().backward()
    sites = [s for s in run.sites if s.kind != "input"]
    assert [s.module for s in sites] == [str(position) for position in range(len(model))]
    rough = 1e-2 if dtype == torch.float16 else 1e-4
    channels = "conv" in name or name in ("group_norm", "instance_norm", "transposed", "unbatched")
    for position, place in enumerate(sites):
        before, after = tensors[position], tensors[position + 1]
        dim = (-3 if "2d" in str(model) else 1) if channels else -1
        assert place.units == after.shape[dim]
        assert number(run, place, "signal_in") == pytest.approx(signal(before, dim), rel=rough)
        assert number(run, place, "signal") == pytest.approx(signal(after, dim), rel=rough)
        assert number(run, place, "offset") == pytest.approx(offset(after, dim), rel=rough, abs=1e-6)
        assert number(run, place, "gradient") == pytest.approx(rms(after.grad), rel=rough)
        if position:
            assert number(run, place, "gradient_in") == pytest.approx(rms(before.grad), rel=rough)
            assert place.sources == (sites[position - 1].index,)


def test_a_residual_block_is_fed_by_both_paths() -> None:
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.outer = nn.Linear(6, 6), nn.Linear(6, 6)
            self.head = nn.Linear(6, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.inner(x)
            return self.head(x + self.outer(torch.relu(x)))

    torch.manual_seed(0)
    model, x = Block(), torch.randn(16, 6)
    run = looked(model, x, lambda output: output.square().mean())
    stream = model.inner(x)
    stream.retain_grad()
    model.head(stream + model.outer(torch.relu(stream))).square().mean().backward()
    head, inner = site(run, "linear", module="head"), site(run, "linear", module="inner")
    assert set(head.sources) == {inner.index, site(run, "linear", module="outer").index}
    assert "add" in head.via
    assert number(run, inner, "gradient") == pytest.approx(rms(stream.grad), rel=1e-5)


def test_an_embedding_is_a_stage() -> None:
    torch.manual_seed(0)
    model, ids = nn.Sequential(nn.Embedding(10, 6), nn.Linear(6, 10)), torch.arange(8) % 5
    run = looked(model, ids, lambda output: F.cross_entropy(output, ids))
    vectors = model[0](ids)
    vectors.retain_grad()
    F.cross_entropy(model[1](vectors), ids).backward()
    place = site(run, "embedding")
    assert (place.kind, place.weight, place.units) == ("embedding", "0.weight", 6)
    assert number(run, place, "signal") == pytest.approx(signal(vectors), rel=1e-5)
    assert number(run, place, "gradient") == pytest.approx(rms(vectors.grad), rel=1e-5)


def test_a_scaled_loss_does_not_change_what_is_reported() -> None:
    torch.manual_seed(0)
    model, x, y = nn.Linear(6, 2), torch.randn(16, 6), torch.randn(16, 2)
    plain = looked(model, x, lambda output: F.mse_loss(output, y))
    scaled = looked(model, x, lambda output: 1024 * F.mse_loss(output, y))
    linear = site(plain, "linear")
    assert number(scaled, linear, "gradient") == pytest.approx(number(plain, linear, "gradient"), rel=1e-6)
    assert scaled.steps[0].loss_scale == 1024
    assert scaled.steps[0].loss == pytest.approx(plain.steps[0].loss)
