"""Claims about ELU (Clevert et al. 2015) and softplus (Dugas et al. 2000)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gainstage.claims import float32
from gainstage.claims.claim import Part, aside, claim, part
from gainstage.claims.deciders import NEAR, difference, intervals, monotony, same, spoken
from gainstage.claims.questions import fills, is_monotonic, is_zero_centred
from gainstage.functions import get
from gainstage.theory.gaussian import moments

ALPHAS = tuple(np.linspace(-1.0, 3.0, 33))
TRIED = (0.5, 1.0, 2.0)


@claim("elu-form", "ELU = x for x ≥ 0, α(eˣ − 1) below; derivative f(x) + α below.")
def elu_form() -> Iterator[Part]:
    """Value and derivative for several α."""
    worst = {"value": 0.0, "derivative": 0.0}
    below = NEAR[NEAR < 0]
    for alpha in TRIED:
        elu = get("elu", {"alpha": alpha})
        formula = difference(elu.value, lambda x, a=alpha: np.where(x >= 0, x, a * (np.exp(np.minimum(x, 0)) - 1)))
        slope = difference(elu.derivative, lambda x, a=alpha, f=elu: f.value(x) + a, below)
        worst = {"value": max(worst["value"], formula.value), "derivative": max(worst["derivative"], slope.value)}
    for name, asked in (("value", "ELU = x for x ≥ 0, α(eˣ − 1) below"), ("derivative", "ELU′ = f(x) + α below")):
        text = f"largest difference {worst[name]:.2g} for α of {', '.join(map(str, TRIED))}"
        yield part(asked, worst[name] < 1e-12, text, difference=worst[name])


def elu_is_monotonic(alpha: float, order: int = 0) -> bool:
    """Whether ELU (its derivative) is monotonic at that α."""
    function = get("elu", {"alpha": alpha})
    return monotony(function.derivative if order else function.value).monotonic


@claim("elu-monotonic", "ELU is monotonic only for α ≥ 0; its derivative only for 0 ≤ α ≤ 1.")
def elu_monotonic() -> Iterator[Part]:
    """For which α is each of them monotonic?"""
    for order, name, wanted in ((0, "ELU", "0 ≤ α"), (1, "its derivative", "0 ≤ α ≤ 1")):
        found = intervals(lambda alpha, o=order: elu_is_monotonic(alpha, o), ALPHAS)
        where = spoken(found, "α", ALPHAS[0], ALPHAS[-1])
        text = f"it is for {where}, tried on −1…3"
        yield part(f"{name} is monotonic exactly for {wanted}", where == wanted, text, condition=where)


@claim("elu-centre", "ELU is zero-centred.")
def elu_centre() -> Iterator[Part]:
    """As stated; and against ReLU."""
    elu, relu = get("elu"), get("relu")
    yield is_zero_centred(elu)
    mean, rival = moments(elu).mean, moments(relu).mean
    text = f"E f(z) for z ~ N(0, 1): ELU {mean:.4g}, ReLU {rival:.4g}"
    yield aside("its mean is nearer to zero than ReLU's", abs(mean) < abs(rival), text, elu=mean, relu=rival)


@claim("softplus", "Softplus ln(1 + eˣ) has the range (0, ∞) and the derivative σ; both are monotonic.")
def softplus() -> Iterator[Part]:
    """Four halves; what float32 makes of the range beside them."""
    function = get("softplus")
    equal = same(function.value, lambda x: np.log1p(np.exp(np.minimum(x, 700.0))), NEAR)
    yield part("softplus = ln(1 + eˣ)", equal, "equal up to rounding on |x| ≤ 40" if equal else "not equal")
    yield fills(function, "(0, inf)", "its range is (0, ∞)")
    worst = difference(function.derivative, get("sigmoid").value)
    text = f"largest difference {worst.value:.2g}"
    yield part("its derivative is σ", worst.value < 1e-12, text, difference=worst.value)
    yield is_monotonic(function)
    yield is_monotonic(function, order=1)
    reached = float32.first(float32.value("softplus"), 0.0, -200.0)
    text = f"torch returns exactly 0 from x = {reached:.6g} on" if reached else "it does not"
    yield aside("in float32 it reaches 0", reached is not None, text, first_input=reached)
