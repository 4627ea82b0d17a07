"""Smooth functions of each element."""

from __future__ import annotations

from torch import Tensor

from gainstage.nn.elementwise import elementwise
from gainstage.nn.weighted import weighted


def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + e^-x). Its gradient stays right where the value has rounded to 1 (torch's is 0 from x = 16.6)."""
    return elementwise(x, "sigmoid")


def tanh(x: Tensor) -> Tensor:
    """Hyperbolic tangent. Its gradient stays right where the value has rounded to 1 (torch's is 0 from |x| = 9.01)."""
    return elementwise(x, "tanh")


def tanhshrink(x: Tensor) -> Tensor:
    """x - tanh(x), without cancellation (torch's is 0 for |x| < 2.4e-4, where x^3 / 3 is not)."""
    return elementwise(x, "tanhshrink")


def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    """x Phi(x), or its approximation by tanh (Hendrycks and Gimpel, 2016).

    Args:
        approximate: ``"none"`` for Phi itself, ``"tanh"`` for x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)).

    Raises:
        ValueError: for any other ``approximate``.

    Example:
        >>> import torch
        >>> gelu(torch.tensor([-6.0]))  # torch.nn.functional.gelu gives -0.0
        tensor([-5.9195e-09])
    """
    if approximate not in ("none", "tanh"):
        raise ValueError(f"gelu(approximate={approximate!r}): expected 'none' or 'tanh'")
    return elementwise(x, "gelu" if approximate == "none" else "gelu_tanh")


def silu(x: Tensor) -> Tensor:
    """x sigmoid(x) (Elfwing et al., 2017)."""
    return elementwise(x, "silu")


def swish(x: Tensor, beta: float | Tensor = 1.0) -> Tensor:
    """x sigmoid(beta x) (Ramachandran et al., 2017).

    Args:
        beta: any finite number, or a learnable tensor: one element, or one for each channel (dimension 1).
    """
    if isinstance(beta, Tensor):
        return weighted(x, beta, "swish")
    return elementwise(x, "silu") if beta == 1.0 else elementwise(x, "swish", (float(beta),))


def eswish(x: Tensor, beta: float = 1.0) -> Tensor:
    """2 x sigmoid(beta x), the identity at beta = 0. Alcaide (2018) writes beta x sigmoid(x): ``beta * silu(x)``."""
    return 2 * swish(x, beta)


def mish(x: Tensor) -> Tensor:
    """x tanh(softplus(x)) (Misra, 2019). Its second derivative is finite (torch's is NaN for x > 88.7)."""
    return elementwise(x, "mish")


def tanhexp(x: Tensor) -> Tensor:
    """x tanh(e^x) (Liu and Di, 2020)."""
    return elementwise(x, "tanhexp")


def serf(x: Tensor) -> Tensor:
    """x erf(softplus(x)) (Nag et al., 2021)."""
    return elementwise(x, "serf")


def logish(x: Tensor) -> Tensor:
    """x log(1 + sigmoid(x)) (Zhu et al., 2021)."""
    return elementwise(x, "logish")


def softplus(x: Tensor, beta: float = 1.0) -> Tensor:
    """log(1 + e^(beta x)) / beta, everywhere: no threshold above which it is replaced by x.

    Raises:
        ValueError: unless ``beta`` is positive.
    """
    if not beta > 0:
        raise ValueError(f"softplus(beta={beta}): expected a positive number")
    return elementwise(x, "softplus") if beta == 1.0 else elementwise(x, "scaled_softplus", (float(beta),))


def logsigmoid(x: Tensor) -> Tensor:
    """log(sigmoid(x))."""
    return elementwise(x, "logsigmoid")


def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """x for x > 0, alpha (e^x - 1) otherwise (Clevert et al., 2015); compiled as exact as eager near zero."""
    return elementwise(x, "elu", (float(alpha),))


def selu(x: Tensor) -> Tensor:
    """1.0507 elu(x, 1.6733), whose fixed point of mean and variance is (0, 1) (Klambauer et al., 2017)."""
    return elementwise(x, "selu")


def celu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """x for x > 0, alpha (e^(x / alpha) - 1) otherwise (Barron, 2017).

    Raises:
        ValueError: unless ``alpha`` is positive.
    """
    if not alpha > 0:
        raise ValueError(f"celu(alpha={alpha}): expected a positive number")
    return elementwise(x, "elu", (1.0,)) if alpha == 1.0 else elementwise(x, "celu", (float(alpha),))


def softsign(x: Tensor) -> Tensor:
    """x / (1 + |x|) (Turian et al., 2009)."""
    return elementwise(x, "softsign")


def squareplus(x: Tensor, b: float = 4.0) -> Tensor:
    """(x + sqrt(x^2 + b)) / 2 (Barron, 2021).

    Raises:
        ValueError: when ``b`` is negative.
    """
    if not b >= 0:
        raise ValueError(f"squareplus(b={b}): expected a number that is not negative")
    return elementwise(x, "squareplus", (float(b),))


def isru(x: Tensor, alpha: float = 1.0) -> Tensor:
    """x / sqrt(1 + alpha x^2) (Carlile et al., 2017).

    Raises:
        ValueError: unless ``alpha`` is positive.
    """
    if not alpha > 0:
        raise ValueError(f"isru(alpha={alpha}): expected a positive number")
    return elementwise(x, "isru", (float(alpha),))


def bent_identity(x: Tensor) -> Tensor:
    """(sqrt(x^2 + 1) - 1) / 2 + x."""
    return elementwise(x, "bent_identity")


def gaussian(x: Tensor) -> Tensor:
    """e^(-x^2)."""
    return elementwise(x, "gaussian")


def erf(x: Tensor) -> Tensor:
    """The error function, compiled as exact as eager near zero."""
    return elementwise(x, "erf")


def sine(x: Tensor, w0: float = 30.0) -> Tensor:
    """sin(w0 x) (Sitzmann et al., 2020); the product is not rounded to float32 before the sine is taken."""
    return elementwise(x, "sine", (float(w0),))


def snake(x: Tensor, a: float | Tensor = 1.0) -> Tensor:
    """x + sin(a x)^2 / a (Ziyin et al., 2020).

    Args:
        a: a number other than 0, or a learnable tensor: one element, or one for each channel (dimension 1).

    Raises:
        ValueError: when ``a`` is the number 0.
    """
    if isinstance(a, Tensor):
        return weighted(x, a, "snake")
    if a == 0:
        raise ValueError("snake(a=0): expected a number other than 0")
    return elementwise(x, "snake", (float(a),))
