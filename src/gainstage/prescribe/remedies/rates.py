"""How far a step goes: learning rate, momentum, weight decay, the optimizer itself."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gainstage.prescribe.case import Build, Case
from gainstage.prescribe.draft import Draft, Wanted, makes
from gainstage.prescribe.source.patch import Patch
from gainstage.prescribe.source.script import argument, number
from gainstage.prescribe.source.steps import rescaled_steps
from gainstage.prescribe.wording import short

_SECOND = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "NAdam", "RAdam", "Adamax", "Adadelta", "Rprop", "ASGD")
STEP_SOURCE = "Goodfellow, Bengio and Courville (2016), Deep Learning, section 11.4.1: the learning rate first"


@makes("lower-learning-rate", "raise-learning-rate")
def learning_rate(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The measured factor, at every place where the optimizer's rate is written."""
    aim = wanted.remedy.value
    if aim is None or not aim > 0:
        return
    if not case.builds:
        yield from by_hand(case, wanted, aim)
        return
    if not case.rate > 0:
        return
    for factor in factors(case.rate, aim):
        patches = scaled(case, "lr", factor, position=1)
        if patches:
            text = f"Learning rate {short(case.rate * factor)} instead of {short(case.rate)}."
            yield wanted.draft(text, patches, source=STEP_SOURCE)


def by_hand(case: Case, wanted: Wanted, aim: float) -> Iterator[Draft]:
    """A loop that steps by itself: the factor in front of every gradient."""
    up = wanted.remedy.name.startswith("raise")
    known = case.rate if case.rate > 0 else math.nan
    factor = aim / known if known > 0 else math.nan
    for change in (factor,) if math.isfinite(factor) else (100.0, 10.0, 1000.0) if up else (0.1, 0.01, 0.001):
        patches = [patch for script in case.scripts.values() for patch in rescaled_steps(script, short(change))]
        if patches:
            yield wanted.draft(f"Steps {short(change)} times as large.", patches, source=STEP_SOURCE)


def factors(rate: float, aim: float) -> tuple[float, ...]:
    """The measured factor, then the decade around it: what a single step tells is an order of magnitude."""
    factor = float(f"{aim / rate:.1g}")
    further = factor / 10 if factor < 1 else factor * 3
    return (factor, further, factor * 3 if factor < 1 / 3 else factor / 3)


def scaled(case: Case, keyword: str, factor: float, position: int | None = None) -> list[Patch]:
    """Every optimizer with this setting times ``factor``."""
    patches: list[Patch] = []
    for build in case.builds:
        patch = Patch(build.at.script)
        scale_argument(patch, build, keyword, factor, position)
        patches.append(patch)
    return [patch for patch in patches if patch.edits]


def scale_argument(patch: Patch, build: Build, keyword: str, factor: float, position: int | None) -> None:
    """Multiply one setting of one optimizer: a literal is replaced, an expression gets a factor, a default a value."""
    script, call = patch.script, build.at.call
    item = argument(call, keyword, position if build.made.kind in _SECOND else None)
    if item is None:
        value = build.made.settings.get(keyword, 0.0) * factor
        if value:
            patch.add_argument(call, f"{keyword}={short(value)}")
        return
    literal = number(item.value)
    if literal is not None:
        patch.replace(item.value, short(literal * factor))
    else:
        code = script.code(item.value)
        patch.replace(item.value, f"{code} * {short(factor)}" if code.isidentifier() else f"({code}) * {short(factor)}")


def set_setting(case: Case, keyword: str, value: float) -> list[Patch]:
    """Give every optimizer that knows this setting the value."""
    patches: list[Patch] = []
    for build in case.builds:
        if keyword not in build.made.settings:
            continue
        patch = Patch(build.at.script)
        item = argument(build.at.call, keyword)
        if item is None:
            patch.add_argument(build.at.call, f"{keyword}={short(value)}")
        else:
            patch.replace(item.value, short(value))
        patches.append(patch)
    return patches


@makes("less-momentum")
def less_momentum(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """0.9, Polyak's usual value; then a half, for what still oscillates."""
    for value in (wanted.remedy.value or 0.9, 0.5):
        if patches := set_setting(case, "momentum", value):
            text = f"Momentum {short(value)}: past gradients count {1 / (1 - value):.0f} times, not more."
            yield wanted.draft(text, patches, source="Polyak (1964); Sutskever et al. (2013)")


@makes("less-weight-decay")
def less_weight_decay(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The finding's value; then none at all."""
    for value in (wanted.remedy.value or 0.0, 0.0):
        if patches := set_setting(case, "weight_decay", value):
            text = f"Weight decay {short(value)}."
            yield wanted.draft(text, patches, source="Krogh and Hertz (1991); Loshchilov and Hutter (2019)")


@makes("adam")
def adam(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Every weight gets steps of one size, whatever the size of its gradient."""
    patches: list[Patch] = []
    for build in case.builds:
        if not build.at.call.args or build.made.kind in ("Adam", "AdamW", "LBFGS"):
            continue
        patch = Patch(build.at.script)
        first = build.at.script.code(build.at.call.args[0].value)
        decay = argument(build.at.call, "weight_decay")
        kept = f", weight_decay={build.at.script.code(decay.value)}" if decay is not None else ""
        patch.replace(build.at.call, f"{patch.spelled('torch.optim.Adam')}({first}, lr=0.001{kept})")
        patches.append(patch)
    if patches:
        yield wanted.draft("Adam at 0.001: steps of one size everywhere.", patches, source="Kingma and Ba (2015)")
