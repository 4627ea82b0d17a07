"""Gradients of every order, the transforms of torch.func, and the same bits however a tensor lies in memory."""

from __future__ import annotations

import pytest
import torch

from gainstage.nn.elementwise import elementwise
from gainstage.nn.formulas import FORMULAS
from nn.reference import CONSTANTS, KINKS

NAMES = sorted(FORMULAS)


def inputs(name: str) -> torch.Tensor:
    """Float64 inputs at some distance from every kink."""
    x = torch.linspace(-4.7, 4.9, 12, dtype=torch.float64)
    assert all(abs(v - kink) > 1e-3 for v in x.tolist() for kink in KINKS.get(name, ()))
    return x.requires_grad_()


@pytest.mark.parametrize("name", NAMES)
def test_first_and_second_derivatives_are_those_of_finite_differences(name: str) -> None:
    constants = CONSTANTS.get(name, ())
    assert torch.autograd.gradcheck(lambda x: elementwise(x, name, constants), inputs(name))
    assert torch.autograd.gradgradcheck(lambda x: elementwise(x, name, constants), inputs(name))


@pytest.mark.parametrize("name", ["gelu", "mish", "tanhshrink"])
def test_third_derivatives_exist(name: str) -> None:
    x = inputs(name)
    derivative = elementwise(x, name).sum()
    for _ in range(3):
        (derivative,) = torch.autograd.grad(derivative.sum(), x, create_graph=True)
    step = 1e-5
    around = [FORMULAS[name].curvature(x.detach() + offset) for offset in (-step, step)]
    torch.testing.assert_close(derivative.detach(), (around[1] - around[0]) / (2 * step), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", ["gelu", "softplus"])
def test_the_transforms_of_torch_func_agree_with_backward(name: str) -> None:
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    summed = lambda v: elementwise(v, name).sum()  # noqa: E731
    slope = FORMULAS[name].slope(x.double()).float()
    torch.testing.assert_close(torch.func.vmap(torch.func.grad(summed))(x), slope)
    torch.testing.assert_close(torch.func.jvp(lambda v: elementwise(v, name), (x,), (torch.ones_like(x),))[1], slope)
    curvature = FORMULAS[name].curvature(x[0].double()).float()
    torch.testing.assert_close(torch.func.hessian(summed)(x[0]), torch.diag(curvature))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16, torch.float64], ids=str)
@pytest.mark.parametrize("name", ["gelu", "tanh", "scaled_softplus"])
def test_layout_makes_no_difference(name: str, dtype: torch.dtype) -> None:
    x = torch.randn(3, 37, 5, 7, generator=torch.Generator().manual_seed(1)).to(dtype)
    constants = CONSTANTS.get(name, ())
    expected = elementwise(x, name, constants)
    last = elementwise(x.contiguous(memory_format=torch.channels_last), name, constants)
    assert last.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(last, expected)
    assert torch.equal(elementwise(x.transpose(1, 3), name, constants), expected.transpose(1, 3))
    assert torch.equal(elementwise(x[:, ::3, 1:, ::2], name, constants), expected[:, ::3, 1:, ::2])
    assert torch.equal(elementwise(x[:1].expand(4, -1, -1, -1), name, constants), expected[:1].expand(4, -1, -1, -1))
    assert torch.equal(elementwise(x.flatten()[1:], name, constants), expected.flatten()[1:])  # unaligned
    assert torch.equal(elementwise(x[0, 0, 0, 0], name, constants), expected[0, 0, 0, 0])
    assert elementwise(x[:0], name, constants).shape == (0, 37, 5, 7)


def test_gradients_of_any_layout_are_read_right() -> None:
    x = torch.randn(6, 5, requires_grad=True)
    weights = torch.randn(5, 6)
    (elementwise(x, "gelu").t() * weights).sum().backward()
    assert x.grad is not None
    torch.testing.assert_close(x.grad, weights.t() * FORMULAS["gelu"].slope(x.detach().double()).float())


def test_threads_change_nothing() -> None:
    x = torch.randn(200_000, generator=torch.Generator().manual_seed(2))
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        alone = elementwise(x, "mish")
        torch.set_num_threads(3)
        assert torch.equal(elementwise(x, "mish"), alone)
    finally:
        torch.set_num_threads(before)


def test_integers_are_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"gelu expects .* floating-point numbers, got torch.int64; use x.float\(\)"):
        elementwise(torch.arange(3), "gelu")
