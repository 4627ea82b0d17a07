"""Activation modules: the accurate form of those whose torch kernel loses digits, and those that torch lacks.

The modules follow ``torch.nn``; :mod:`gainstage.nn.functional` has them as functions. On the CPU they run in small
kernels that are compiled at first use, where there is a C compiler (``GAINSTAGE_KERNELS=0`` does without).

Example:
    >>> import torch
    >>> from gainstage import nn
    >>> nn.GELU()(torch.tensor([-6.0]))  # torch.nn.GELU gives -0.0
    tensor([-5.9195e-09])
"""

from gainstage.nn import functional
from gainstage.nn.smooth import (
    CELU,
    ELU,
    GELU,
    SELU,
    Hardswish,
    LogSigmoid,
    Mish,
    Sigmoid,
    SiLU,
    Softplus,
    Softsign,
    Tanh,
    Tanhshrink,
)

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "SELU",
    "Hardswish",
    "LogSigmoid",
    "Mish",
    "SiLU",
    "Sigmoid",
    "Softplus",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "functional",
]
