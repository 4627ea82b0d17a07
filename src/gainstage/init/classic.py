"""Initialisers that fit ``torch.nn.init``, for any activation: one layer or tensor at a time, in place."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import torch
from torch import nn

from gainstage.errors import GainstageError
from gainstage.init import draw
from gainstage.init.draw import Generator
from gainstage.init.guard import check_tensor
from gainstage.init.layout import Layout, Part, of, parts
from gainstage.theory.critical import critical
from gainstage.theory.gains import gain
from gainstage.theory.resolve import Activation

Distribution = Literal["normal", "uniform"]
Mode = Literal["fan_in", "fan_out"]
Target = TypeVar("Target", torch.Tensor, nn.Module)
_DRAWS = {"normal": draw.normal, "uniform": draw.uniform}


def he_(
    target: Target,
    function: Activation = "relu",
    *,
    mode: Mode = "fan_in",
    distribution: Distribution = "normal",
    generator: Generator = None,
    groups: int = 1,
    transposed: bool = False,
) -> Target:
    """Weights that keep the variance of the signal (``fan_in``) or the gradient (``fan_out``) through any activation.

    std = 1 / sqrt(E f(z)^2 fan_in), or 1 / sqrt(E f'(z)^2 fan_out), z ~ N(0, 1): sqrt(2 / fan) for ReLU (He et al.
    2015, equations 10 and 14). Biases become 0.

    Args:
        target: a weight of shape (outputs, inputs / groups, *kernel), or a layer: linear, convolution, transposed
            convolution, embedding, attention (its packed projection as three), recurrent (one matrix a gate). Of a
            layer the groups, the stride and the direction are known; of a tensor they are given here.
        function: the activation before the layer: a name of the catalogue, a function of it, or any callable.
        mode: which of the two is kept.
        distribution: "normal" or "uniform".
        generator: where the random numbers come from; torch's global state is not touched then.
        groups: of a grouped convolution's tensor.
        transposed: the tensor's first dimension is the inputs', as in transposed convolutions.

    Returns:
        The target.

    Raises:
        GainstageError: no layer, a tensor without fans, on the meta device or not of floating point; no such function.

    Example:
        >>> layer = he_(torch.nn.Linear(400, 300), "silu", generator=torch.Generator().manual_seed(0))
        >>> round(layer.weight.std().item() * 20, 1)  # 1 / sqrt(E silu^2) = 1.68
        1.7
    """
    found = gain(function)
    if mode not in ("fan_in", "fan_out"):
        raise GainstageError(f"he_(mode={mode!r}): expected 'fan_in' or 'fan_out'")

    def std(layout: Layout) -> float:
        return found.forward / math.sqrt(layout.fan_in) if mode == "fan_in" else _backward(found.backward, layout)

    return _drawn(target, std, distribution, generator, groups, transposed)


def glorot_(
    target: Target,
    function: Activation = "linear",
    *,
    distribution: Distribution = "uniform",
    generator: Generator = None,
    groups: int = 1,
    transposed: bool = False,
) -> Target:
    """Weights between the two that ``he_`` offers: std = gain sqrt(2 / (fan_in + fan_out)) (Glorot and Bengio 2010).

    The gain is the geometric mean of the one that keeps the signal and the one that keeps the gradient: 1 for a linear
    function (equation 12), 1.53 for tanh. Arguments, result and errors as in ``he_``.

    Example:
        >>> weight = glorot_(torch.empty(300, 500), "tanh")
    """
    balanced = gain(function).balanced
    return _drawn(target, lambda layout: balanced * _between(layout), distribution, generator, groups, transposed)


def lecun_(
    target: Target,
    *,
    distribution: Distribution = "normal",
    generator: Generator = None,
    groups: int = 1,
    transposed: bool = False,
) -> Target:
    """Weights that keep the variance of what enters: std = sqrt(1 / fan_in) (LeCun et al. 1998, section 4.6).

    For first layers, output layers and SELU. Arguments, result and errors as in ``he_``.

    Example:
        >>> layer = lecun_(torch.nn.Conv2d(3, 16, 5))
    """
    return _drawn(target, lambda layout: 1 / math.sqrt(layout.fan_in), distribution, generator, groups, transposed)


def orthogonal_(
    target: Target,
    function: Activation = "linear",
    *,
    delta: bool = False,
    generator: Generator = None,
    groups: int = 1,
    transposed: bool = False,
) -> Target:
    """Orthonormal rows or columns, whichever are fewer, times the activation's forward gain (Saxe et al. 2014).

    The scale keeps the power per unit for every shape, unlike ``torch.nn.init.orthogonal_``. ``delta`` puts the matrix
    in the middle of a convolution's kernel and zeros around it (Xiao et al. 2018, algorithm 1). Arguments, result and
    errors as in ``he_``.

    Example:
        >>> weight = orthogonal_(torch.empty(64, 64), generator=torch.Generator().manual_seed(0))
        >>> bool(torch.allclose(weight @ weight.T, torch.eye(64), atol=1e-5))
        True
    """
    factor = gain(function).forward
    make = draw.delta if delta else draw.orthogonal
    return _fill(target, lambda layout: make(layout, factor, generator), groups, transposed)


def critical_(
    target: Target,
    function: Activation = "tanh",
    *,
    sigma_b: float | None = None,
    orthogonal: bool = False,
    generator: Generator = None,
    groups: int = 1,
    transposed: bool = False,
) -> Target:
    """Weights and biases on the edge of chaos, where signal and gradient have no depth scale.

    Weights N(0, sigma_w^2 / fan_in) or orthogonal ones of that power, biases N(0, sigma_b^2), with chi_1 = 1 (Poole et
    al. 2016, Schoenholz et al. 2017). Without ``sigma_b`` the smallest is taken whose variance attracts. Of a tensor
    only the weight is drawn. Other arguments, result and errors as in ``he_``; also for functions that have no edge of
    chaos, such as softplus.

    Example:
        >>> layer = critical_(torch.nn.Linear(300, 300), "tanh", sigma_b=0.05**0.5)
    """
    point = critical(function, sigma_b)

    def drawn(layout: Layout) -> torch.Tensor:
        if orthogonal:
            return draw.orthogonal(layout, point.sigma_w, generator)
        return draw.normal(layout, point.sigma_w / math.sqrt(layout.fan_in), generator)

    return _fill(target, drawn, groups, transposed, lambda count: point.sigma_b * draw.noise(count, generator))


def _between(layout: Layout) -> float:
    return math.sqrt(2 / (layout.fan_in + layout.fan_out))


def _backward(factor: float, layout: Layout) -> float:
    if math.isinf(factor):
        raise GainstageError("he_(mode='fan_out'): this function's derivative is 0: no gradient passes it; use fan_in")
    return factor / math.sqrt(layout.fan_out)


def _drawn(
    target: Target,
    std: Callable[[Layout], float],
    distribution: str,
    generator: Generator,
    groups: int,
    transposed: bool,
) -> Target:
    if distribution not in _DRAWS:
        raise GainstageError(f"distribution={distribution!r}: expected one of {', '.join(map(repr, _DRAWS))}")
    return _fill(target, lambda layout: _DRAWS[distribution](layout, std(layout), generator), groups, transposed)


def _fill(
    target: Any,
    matrices: Callable[[Layout], torch.Tensor],
    groups: int,
    transposed: bool,
    biases: Callable[[int], torch.Tensor] = torch.zeros,
) -> Any:
    """Everything is drawn before anything is written."""
    found = _parts(target, groups, transposed)
    names = dict(target.named_parameters()) if isinstance(target, nn.Module) else {}
    for part in found:
        check_tensor(part.tensor, next((name for name, each in names.items() if each is part.tensor), "the tensor"))
    values = [matrices(part.layout) for part in found]
    offsets = {name: biases(each.numel()).view_as(each) for name, each in names.items() if "bias" in name}
    with torch.no_grad():
        for part, value in zip(found, values, strict=True):
            part.write(value)
        for name, value in offsets.items():
            names[name].copy_(value)
        if isinstance(target, (nn.Embedding, nn.EmbeddingBag)) and target.padding_idx is not None:
            target.weight[target.padding_idx] = 0
    return target


def _parts(target: Any, groups: int, transposed: bool) -> list[Part]:
    if isinstance(target, torch.Tensor):
        check_tensor(target, "the tensor")
        return [Part(target, of(target, groups, transposed))]
    if isinstance(target, nn.Module):
        for name, each in target.named_parameters():
            check_tensor(each, name)
    found = parts(target) if isinstance(target, nn.Module) else None
    if found is None:
        raise GainstageError(
            f"{type(target).__name__} is neither a tensor nor a layer whose weights are known; expected a linear, "
            "convolution, embedding, attention or recurrent layer; for a whole network use gainstage.init_(model)"
        )
    return found
