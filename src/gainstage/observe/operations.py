"""Which of torch's functions are recorded, and as what.

One table from the function object that a ``TorchFunctionMode`` sees to an ``Operation``. The same
operation is reached by several spellings (``F.relu``, ``torch.relu_``, ``x.relu()``); all of them map to one
name, so that module and functional networks give the same sites.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F

from gainstage.record.schema import Kind


@dataclass(frozen=True, slots=True)
class Operation:
    """One recorded operation. ``settings`` names the arguments worth keeping: position -> (name, default)."""

    name: str
    kind: Kind
    function: str = ""
    settings: Mapping[int, tuple[str, Any]] | None = None
    in_place: bool = False


def _resolve(names: tuple[str, ...]) -> list[Callable[..., Any]]:
    """The function objects behind dotted names that this torch version has."""
    roots = {"F": F, "torch": torch, "Tensor": torch.Tensor, "C": torch._C._nn}  # pyright: ignore[reportAttributeAccessIssue]
    found = []
    for name in names:
        root, *attributes = name.split(".")
        function: Any = roots[root]
        for attribute in attributes:
            function = getattr(function, attribute, None)
        if function is not None:
            found.append(function)
    return found


_SLOPE = {1: ("negative_slope", 0.01)}
_ALPHA = {1: ("alpha", 1.0)}
_LAMBDA = {1: ("lambd", 0.5)}

# catalogue name -> (spellings, settings); a trailing underscore marks the in-place spelling
_ACTIVATIONS: dict[str, tuple[tuple[str, ...], Mapping[int, tuple[str, Any]] | None]] = {
    "relu": (("F.relu", "F.relu_", "torch.relu", "torch.relu_", "Tensor.relu", "Tensor.relu_"), None),
    "relu6": (("F.relu6",), None),
    "leaky_relu": (("F.leaky_relu", "F.leaky_relu_", "C.leaky_relu", "C.leaky_relu_"), _SLOPE),
    "rrelu": (("F.rrelu", "F.rrelu_", "torch.rrelu", "torch.rrelu_"), None),
    "prelu": (("F.prelu", "torch.prelu", "Tensor.prelu"), None),
    "elu": (("F.elu", "F.elu_", "C.elu", "C.elu_"), _ALPHA),
    "selu": (("F.selu", "F.selu_", "torch.selu", "torch.selu_"), None),
    "celu": (("F.celu", "F.celu_", "torch.celu", "torch.celu_"), _ALPHA),
    "gelu": (("F.gelu", "C.gelu"), {1: ("approximate", "none")}),
    "silu": (("F.silu", "C.silu", "C.silu_"), None),
    "mish": (("F.mish", "C.mish", "C.mish_"), None),
    "hardswish": (("F.hardswish", "C.hardswish", "C.hardswish_"), None),
    "hardsigmoid": (("F.hardsigmoid", "C.hardsigmoid", "C.hardsigmoid_"), None),
    "hardtanh": (
        ("F.hardtanh", "F.hardtanh_", "C.hardtanh", "C.hardtanh_"),
        {1: ("min_val", -1.0), 2: ("max_val", 1.0)},
    ),
    "sigmoid": (
        ("F.sigmoid", "torch.sigmoid", "torch.sigmoid_", "Tensor.sigmoid", "Tensor.sigmoid_", "torch.special.expit"),
        None,
    ),
    "tanh": (("F.tanh", "torch.tanh", "torch.tanh_", "Tensor.tanh", "Tensor.tanh_"), None),
    "softplus": (("F.softplus", "C.softplus"), {1: ("beta", 1), 2: ("threshold", 20)}),
    "softsign": (("F.softsign",), None),
    "logsigmoid": (("F.logsigmoid", "C.log_sigmoid"), None),
    "tanhshrink": (("F.tanhshrink",), None),
    "softshrink": (("F.softshrink", "C.softshrink"), _LAMBDA),
    "hardshrink": (("F.hardshrink", "torch.hardshrink", "Tensor.hardshrink"), _LAMBDA),
    "threshold": (("F.threshold", "F.threshold_"), {1: ("threshold", 0.0), 2: ("value", 0.0)}),
    "sin": (("torch.sin", "Tensor.sin", "torch.sin_", "Tensor.sin_"), None),
    "erf": (("torch.erf", "Tensor.erf"), None),
    "softmax": (("F.softmax", "torch.softmax", "Tensor.softmax"), {1: ("dim", None)}),
    "log_softmax": (("F.log_softmax", "torch.log_softmax", "Tensor.log_softmax"), {1: ("dim", None)}),
    "softmin": (("F.softmin",), {1: ("dim", None)}),
    "glu": (("F.glu", "C.glu"), {1: ("dim", -1)}),
}
_AFFINE = {
    "linear": ("F.linear", "C.linear"),
    "bilinear": ("F.bilinear",),
    **{
        f"conv{transposed}{rank}d": (f"F.conv{transposed}{rank}d", f"torch.conv{transposed}{rank}d")
        for rank in (1, 2, 3)
        for transposed in ("", "_transpose")
    },
}
# A product is an affine stage only when one factor is a parameter: the mode decides at the call.
_PRODUCTS = {
    "matmul": ("torch.matmul", "Tensor.matmul", "Tensor.__matmul__", "Tensor.__rmatmul__"),
    "mm": ("torch.mm", "Tensor.mm"),
    "addmm": ("torch.addmm", "Tensor.addmm"),
    "bmm": ("torch.bmm", "Tensor.bmm"),
    "mv": ("torch.mv", "Tensor.mv"),
    "einsum": ("torch.einsum",),
}
_LOSSES = (
    "cross_entropy",
    "nll_loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "mse_loss",
    "l1_loss",
    "smooth_l1_loss",
    "huber_loss",
    "kl_div",
    "gaussian_nll_loss",
    "poisson_nll_loss",
    "hinge_embedding_loss",
    "soft_margin_loss",
    "multilabel_soft_margin_loss",
    "multilabel_margin_loss",
    "multi_margin_loss",
    "ctc_loss",
)
_MATH = {
    "log": ("torch.log", "Tensor.log", "Tensor.log_"),
    "log2": ("torch.log2", "Tensor.log2"),
    "log10": ("torch.log10", "Tensor.log10"),
    "sqrt": ("torch.sqrt", "Tensor.sqrt", "Tensor.sqrt_"),
    "rsqrt": ("torch.rsqrt", "Tensor.rsqrt"),
    "div": ("torch.div", "Tensor.div", "Tensor.__truediv__", "Tensor.__rdiv__", "Tensor.__rtruediv__"),
    "reciprocal": ("torch.reciprocal", "Tensor.reciprocal"),
    "pow": ("torch.pow", "Tensor.pow", "Tensor.__pow__"),
    "exp": ("torch.exp", "Tensor.exp", "Tensor.exp_"),
    "norm": ("torch.norm", "Tensor.norm", "torch.linalg.norm", "torch.linalg.vector_norm"),
    "acos": ("torch.acos", "Tensor.acos"),
    "asin": ("torch.asin", "Tensor.asin"),
    "atanh": ("torch.atanh", "Tensor.atanh"),
    "std": ("torch.std", "Tensor.std"),
}
_OTHER: dict[Kind, dict[str, tuple[str, ...]]] = {
    "embedding": {"embedding": ("F.embedding",), "embedding_bag": ("F.embedding_bag",)},
    "recurrent": {
        name: (f"torch.{name}",)
        for name in ("lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell")
    },
    "attention": {
        "multi_head_attention": ("F.multi_head_attention_forward",),
        "scaled_dot_product_attention": ("F.scaled_dot_product_attention",),
    },
    "normalisation": {
        name: (f"F.{name}", f"torch.{name}")
        for name in ("batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm", "local_response_norm")
    },
    "dropout": {
        name: (f"F.{name}", f"torch.{name}", f"torch.{name}_")
        for name in ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")
    },
    "loss": {name: (f"F.{name}",) for name in _LOSSES},
    "affine": _AFFINE,
    "math": _MATH,
}


def table() -> dict[Callable[..., Any], Operation]:
    """Every recorded function object of the installed torch with its operation."""
    entries: dict[Callable[..., Any], Operation] = {}
    for kind, group in _OTHER.items():
        for name, spellings in group.items():
            for function in _resolve(spellings):
                entries[function] = Operation(name, kind)
    for name, (spellings, settings) in _ACTIVATIONS.items():
        for function in _resolve(spellings):
            in_place = getattr(function, "__name__", "").endswith("_")
            entries[function] = Operation(name, "activation", name, settings, in_place)
    return entries


def products() -> dict[Callable[..., Any], Operation]:
    """Matrix products, which count as affine when one factor is a parameter."""
    return {function: Operation(name, "affine") for name, names in _PRODUCTS.items() for function in _resolve(names)}


def clamps() -> frozenset[Callable[..., Any]]:
    """``x.clamp(min=0)`` is a ReLU by another name."""
    names = [name + ending for name in ("clamp", "clamp_min", "clip") for ending in ("", "_")]
    return frozenset(_resolve(tuple(f"{root}.{name}" for root in ("torch", "Tensor") for name in names)))


def getters() -> dict[Callable[..., Any], str]:
    """Attributes that are the tensor in another form: ``W.T`` is still the parameter."""
    return {getattr(torch.Tensor, name).__get__: name for name in ("T", "mT", "H", "mH", "data")}


def subtractions() -> frozenset[Callable[..., Any]]:
    """Where a hand-written loss compares prediction and target."""
    return frozenset(_resolve(("torch.sub", "Tensor.sub", "Tensor.__sub__", "Tensor.__rsub__", "torch.subtract")))
