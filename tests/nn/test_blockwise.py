"""Gates, maxout, sparsemax and functions with weights: their kernels against the same in float64 by torch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as theirs
from torch import Tensor

from gainstage.nn import functional as ours

Function = Callable[[Tensor], Tensor]
SHAPES = [(6,), (5, 12), (50, 12), (2, 12, 7), (3, 12, 5, 4), (2, 12, 3000)]


def along(x: Tensor) -> int:
    return 1 if x.dim() > 1 else 0


def halves(x: Tensor) -> tuple[Tensor, Tensor]:
    a, b = x.chunk(2, along(x))
    return a, b


def placed(weight: Tensor, x: Tensor) -> Tensor:
    return weight.view(1, -1, *(1,) * (x.dim() - 2)) if x.dim() > 1 else weight


PAIRS: dict[str, tuple[Function, Function]] = {
    "glu": (lambda x: ours.glu(x, along(x)), lambda x: theirs.glu(x, along(x))),
    "reglu": (lambda x: ours.reglu(x, along(x)), lambda x: halves(x)[0] * theirs.relu(halves(x)[1])),
    "geglu": (lambda x: ours.geglu(x, along(x)), lambda x: halves(x)[0] * theirs.gelu(halves(x)[1])),
    "swiglu": (lambda x: ours.swiglu(x, along(x)), lambda x: halves(x)[0] * theirs.silu(halves(x)[1])),
    "maxout": (lambda x: ours.maxout(x, 3, along(x)), lambda x: x.unflatten(along(x), (3, -1)).amax(along(x))),
}


def compare(our: Function, their: Function, x: Tensor, *weights: Tensor) -> None:
    """Values and all gradients, float32 against float64."""
    x = x.requires_grad_()
    y = our(x)
    seed = torch.randn(y.shape, generator=torch.Generator().manual_seed(7))
    got = torch.autograd.grad(y, (x, *weights), seed)
    for tensor in (x, *weights):
        tensor.data = tensor.data.double()
    expected = their(x)
    torch.testing.assert_close(y.double(), expected, rtol=1e-6, atol=1e-7)
    wanted = torch.autograd.grad(expected, (x, *weights), seed.double())
    for gradient, truth in zip(got, wanted, strict=True):
        torch.testing.assert_close(gradient.double(), truth, rtol=3e-6, atol=3e-6 * truth.abs().max().item())


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", PAIRS)
def test_blocks_agree_with_torch_in_float64(name: str, shape: tuple[int, ...]) -> None:
    compare(*PAIRS[name], torch.randn(shape, generator=torch.Generator().manual_seed(0)))


@pytest.mark.parametrize("shape", SHAPES[1:], ids=str)
@pytest.mark.parametrize("first", [0.25, -0.4, 1.7])
@pytest.mark.parametrize("count", [1, 12])
@pytest.mark.parametrize("name", ["prelu", "swish", "snake"])
def test_weights_get_their_gradients(name: str, count: int, first: float, shape: tuple[int, ...]) -> None:
    weight = (torch.linspace(0.5, 1.5, count) * first).requires_grad_()
    their = {
        "prelu": lambda x: theirs.prelu(x, weight),
        "swish": lambda x: x * torch.sigmoid(placed(weight, x) * x),
        "snake": lambda x: x + torch.sin(placed(weight, x) * x) ** 2 / placed(weight, x),
    }[name]
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    compare(lambda x: getattr(ours, name)(x, weight), their, x, weight)


@pytest.mark.parametrize("name", ["maxout", "swiglu"])
def test_strided_inputs_give_the_same(name: str) -> None:
    x = torch.randn(8, 12, 5, generator=torch.Generator().manual_seed(0))
    assert torch.equal(PAIRS[name][0](x.transpose(0, 2)), PAIRS[name][0](x.transpose(0, 2).contiguous()))


def test_maxout_gives_the_gradient_to_the_first_of_equals_and_passes_nan() -> None:
    x = torch.tensor([[1.0, torch.nan, 1.0, 2.0]], requires_grad=True)
    y = ours.maxout(x)
    assert y[0, 0] == 1 and y[0, 1].isnan()
    y.sum().backward()
    assert x.grad is not None and x.grad.tolist() == [[1.0, 1.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ours.maxout(torch.ones(2, 5), 2), r"dimension -1 of \(2, 5\) cannot be cut into 2 blocks"),
        (lambda: ours.maxout(torch.ones(2, 5), 0), r"maxout\(pieces=0\): expected 1 to 255"),
        (lambda: ours.swiglu(torch.ones(3)), r"dimension -1 of \(3,\) cannot be cut"),
        (lambda: ours.prelu(torch.ones(2, 5), torch.ones(4)), "prelu got 4 weights for 5 channels"),
        (lambda: ours.softplus(torch.ones(1), -1.0), r"softplus\(beta=-1.0\): expected a positive number"),
        (lambda: ours.gelu(torch.ones(1), "erf"), r"gelu\(approximate='erf'\): expected 'none' or 'tanh'"),
        (lambda: ours.hardtanh(torch.ones(1), 1.0, 1.0), "expected min_val < max_val"),
    ],
)
def test_what_cannot_be_is_said(call: Callable[[], Tensor], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_sparsemax_is_the_nearest_point_of_the_simplex() -> None:
    x = torch.randn(40, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(3)) * 2
    shares = ours.sparsemax(x)
    assert (shares >= 0).all() and (shares == 0).any()
    torch.testing.assert_close(shares.sum(-1), torch.ones(40, dtype=torch.float64))
    others = torch.softmax(torch.randn(500, 1, 7, dtype=torch.float64) * 3, -1)
    assert ((x - shares).norm(dim=-1) <= (x - others).norm(dim=-1) + 1e-12).all()
    torch.testing.assert_close(ours.sparsemax(x + 1000), shares)


def test_the_step_lets_gradients_through_its_window() -> None:
    x = torch.tensor([-2.0, -0.5, 0.0, 0.5, 2.0, torch.nan], requires_grad=True)
    y = ours.binary_step(x)
    assert y[:5].tolist() == [0.0, 0.0, 1.0, 1.0, 1.0] and y[5].isnan()
    y[:5].sum().backward()
    assert x.grad is not None and x.grad[:5].tolist() == [0.0, 1.0, 1.0, 1.0, 0.0]


def test_srelu_is_three_lines() -> None:
    x = torch.tensor([-2.0, 0.5, 3.0])
    y = ours.srelu(x, *(torch.tensor([v]) for v in (-1.0, 0.5, 2.0, 0.25)))
    assert y.tolist() == [-1.5, 0.5, 2.25]
