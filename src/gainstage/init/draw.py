"""Random matrices, reproducible from a generator and independent of the device and dtype that they are for."""

from __future__ import annotations

import math

import torch

from gainstage.init.layout import Layout

Generator = torch.Generator | None


def normal(layout: Layout, std: float, generator: Generator) -> torch.Tensor:
    """Independent N(0, std^2), of shape (groups, outputs, inputs, taps)."""
    return std * torch.randn(_shape(layout), generator=generator, device=_device(generator))


def uniform(layout: Layout, std: float, generator: Generator) -> torch.Tensor:
    """Independent and uniform with the given standard deviation."""
    drawn = torch.rand(_shape(layout), generator=generator, device=_device(generator))
    return (2 * drawn - 1) * (math.sqrt(3) * std)


def orthogonal(layout: Layout, gain: float, generator: Generator) -> torch.Tensor:
    """Per group a matrix outputs x (inputs * taps) with orthonormal rows or columns, whichever are fewer.

    Scaled so that the power per unit is multiplied by ``gain`` squared, whatever the shape.
    """
    groups, outputs, inputs, taps = _shape(layout)
    columns = inputs * taps
    tall = torch.randn(
        (groups, max(outputs, columns), min(outputs, columns)), generator=generator, device=_device(generator)
    )
    q, r = torch.linalg.qr(tall)
    q = q * torch.sign(torch.diagonal(r, dim1=-2, dim2=-1)).unsqueeze(-2)  # uniform over all such matrices
    q = q if outputs >= columns else q.transpose(-2, -1)
    # fan_in says how many inputs truly meet: fewer than there are columns where a transposed convolution strides.
    scale = gain * math.sqrt(max(outputs, columns) / layout.fan_in)
    return (scale * q).reshape(groups, outputs, inputs, taps)


def delta(layout: Layout, gain: float, generator: Generator) -> torch.Tensor:
    """An orthogonal matrix in the middle of the kernel, zeros around it (Xiao et al. 2018): isometric at any depth."""
    point = Layout(layout.groups, layout.outputs, layout.inputs, flipped=layout.flipped)
    drawn = orthogonal(point, gain, generator)
    full = drawn.new_zeros((*drawn.shape[:3], *layout.kernel))
    middle = tuple(size // 2 for size in layout.kernel)
    full[(..., *middle)] = drawn[..., 0]
    return full.flatten(3) if layout.kernel else drawn


def noise(count: int, generator: Generator) -> torch.Tensor:
    """``count`` independent N(0, 1)."""
    return torch.randn(count, generator=generator, device=_device(generator))


def _shape(layout: Layout) -> tuple[int, int, int, int]:
    return layout.groups, layout.outputs, layout.inputs, layout.taps


def _device(generator: Generator) -> torch.device:
    return torch.device("cpu") if generator is None else generator.device
