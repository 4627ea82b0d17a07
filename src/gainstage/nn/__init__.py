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
from gainstage.nn.blockwise import GEGLU, GLU, Maxout, ReGLU, Sparsemax, SwiGLU
from gainstage.nn.lacking import (
    ISRU,
    BentIdentity,
    BinaryStep,
    Erf,
    ESwish,
    Gaussian,
    Logish,
    Serf,
    Sine,
    Snake,
    SquaredReLU,
    Squareplus,
    Swish,
    TanhExp,
)
from gainstage.nn.rectified import Hardsigmoid, Hardtanh, LeakyReLU, PReLU, ReLU, ReLU6, SReLU
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
    "GEGLU",
    "GELU",
    "GLU",
    "ISRU",
    "SELU",
    "BentIdentity",
    "BinaryStep",
    "ESwish",
    "Erf",
    "Gaussian",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "Logish",
    "Maxout",
    "Mish",
    "PReLU",
    "ReGLU",
    "ReLU",
    "ReLU6",
    "SReLU",
    "Serf",
    "SiLU",
    "Sigmoid",
    "Sine",
    "Snake",
    "Softplus",
    "Softsign",
    "Sparsemax",
    "SquaredReLU",
    "Squareplus",
    "SwiGLU",
    "Swish",
    "Tanh",
    "TanhExp",
    "Tanhshrink",
    "functional",
]
