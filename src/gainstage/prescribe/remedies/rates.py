"""How far a step goes: learning rate, momentum, weight decay, the optimizer itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gainstage.prescribe.anchors import turns
from gainstage.prescribe.case import Build, Case
from gainstage.prescribe.draft import Draft, Wanted, makes
from gainstage.prescribe.source.expressions import group_settings
from gainstage.prescribe.source.patch import Patch
from gainstage.prescribe.source.script import Expression, Script, argument, number
from gainstage.prescribe.source.steps import rescaled_steps
from gainstage.prescribe.wording import short

ADAM_RATE = "0.001"
_SECOND = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "NAdam", "RAdam", "Adamax", "Adadelta", "Rprop", "ASGD")
WARM_UP = 100  # steps
USUAL_RATIO, LARGEST_RATIO = 1e-3, 1e-2  # of update to weight: what trains well (Karpathy, 2015), and what still does
STEP_SOURCE = "Goodfellow, Bengio and Courville (2016), Deep Learning, section 11.4.1: the learning rate first"


@makes("lower-learning-rate", "raise-learning-rate")
def learning_rate(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The measured factor, at every place where the optimizer's rate is written."""
    aim = wanted.remedy.value
    if not case.builds:
        yield from by_hand(case, wanted)
        return
    if aim is None or not aim > 0 or not case.rate > 0:
        return
    for factor in factors(case.rate, aim):
        patches = scaled(case, "lr", factor, position=1)
        if patches:
            text = f"Learning rate {short(case.rate * factor)} instead of {short(case.rate)}."
            other = factor != factors(case.rate, aim)[0]
            predicted = ratio_times(factor) if other else ""
            yield wanted.draft(text, patches, source=STEP_SOURCE, predicted=predicted, value=case.rate * factor,
                               variant=short(case.rate * factor))  # fmt: skip
    if wanted.remedy.name.startswith("lower") and any(site.kind == "attention" for site in case.run.sites):
        yield from warm_up(case, wanted)


def warm_up(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Transformers under Adam: the first steps are taken before its second moments are known."""
    for turn in turns(case):
        if turn.step is None or not turn.optimizer or turn.scaler or turn.script is not case.builds[0].at.script:
            continue
        patch = Patch(turn.script)
        name = f"{turn.optimizer.rpartition('.')[0]}.warmup".lstrip(".")
        made = patch.spelled("torch.optim.lr_scheduler.LinearLR")
        patch.after(case.builds[0].at.call, [f"{name} = {made}({turn.optimizer}, 0.01, total_iters={WARM_UP})"])
        patch.after(turn.step, [f"{name}.step()"])
        text = f"The learning rate grows from a hundredth over the first {WARM_UP} steps."
        warmed = wanted.draft(text, [patch], source="Vaswani et al. (2017), section 5.3; Liu et al. (2020), RAdam",
                              predicted="the first steps a hundredth of today's", value=0.01)  # fmt: skip
        yield replace(warmed, remedy="warm-up")
        return


def ratio_times(factor: float) -> str:
    """What a step's size does to the update ratio: it is proportional."""
    return f"update ratio {short(factor)} times today's"


def by_hand(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """A loop that steps by itself: a factor in front of every gradient, from the update ratio that was measured."""
    measured = wanted.finding.evidence.get("update_ratio" if _raises(wanted) else "largest_ratio")
    aim = USUAL_RATIO if _raises(wanted) else LARGEST_RATIO
    factor = aim / measured if isinstance(measured, (int, float)) and measured > 0 else 10.0 if _raises(wanted) else 0.1
    for change in (factor, factor / 10, factor * 3):
        patches = [patch for script in case.scripts.values() for patch in rescaled_steps(script, short(change))]
        if patches:
            text = f"Steps {short(change)} times as large."
            yield wanted.draft(text, patches, source=STEP_SOURCE, predicted=ratio_times(change), value=change,
                               variant=f"steps times {short(change)}")  # fmt: skip


def _raises(wanted: Wanted) -> bool:
    return wanted.remedy.name.startswith("raise")


def factors(rate: float, aim: float) -> tuple[float, ...]:
    """The measured factor, then the decade around it: what a single step tells is an order of magnitude.

    More comes before less: a rate is measured that is surely small enough, or, to be raised, one that usually trains
    well, and a short training needs more than a usual one.
    """
    factor = float(f"{aim / rate:.1g}")
    if factor < 1:
        return (factor, factor * 3 if factor < 1 / 3 else factor / 3, factor / 10)
    return (factor, factor * 3, factor * 10)


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
    own = group_settings(script, call, keyword)
    if item is None and not own:
        value = build.made.settings.get(keyword, 0.0) * factor
        if value:
            patch.add_argument(call, f"{keyword}={short(value)}")
    for node in [item.value, *own] if item is not None else own:
        literal = number(node)
        code = script.code(node)
        product = f"{code} * {short(factor)}" if code.isidentifier() else f"({code}) * {short(factor)}"
        patch.replace(node, product if literal is None else short(literal * factor))


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


@makes("learning-rate-per-layer")
def even_rates(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Every parameter group at the largest rate that one of them has."""
    patches: list[Patch] = []
    for build in case.builds:
        patch = Patch(build.at.script)
        rates = {node: rate for node in group_settings(patch.script, build.at.call, "lr") if (rate := number(node))}
        for node, rate in rates.items():
            if rate < max(rates.values()):
                patch.replace(node, short(max(rates.values())))
        patches += [patch] if patch.edits else []
    if patches:
        yield wanted.draft("One learning rate for all parameter groups.", patches, source=STEP_SOURCE)


@makes("less-momentum")
def less_momentum(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """0.9, Polyak's usual value; then a half, for what still oscillates."""
    for value in (wanted.remedy.value or 0.9, 0.5):
        if patches := set_setting(case, "momentum", value):
            text = f"Momentum {short(value)}: past gradients count {1 / (1 - value):.0f} times, not more."
            yield wanted.draft(text, patches, source="Polyak (1964); Sutskever et al. (2013)", variant=short(value))


@makes("less-weight-decay")
def less_weight_decay(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The finding's value; then none at all."""
    for value in (wanted.remedy.value or 0.0, 0.0):
        if patches := set_setting(case, "weight_decay", value):
            text = f"Weight decay {short(value)}."
            yield wanted.draft(text, patches, source="Krogh and Hertz (1991); Loshchilov and Hutter (2019)",
                               variant=short(value))  # fmt: skip


@makes("adam")
def adam(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Every weight gets steps of one size, whatever the size of its gradient."""
    patches: list[Patch] = []
    for build in case.builds:
        if not build.at.call.args or build.made.kind in ("Adam", "AdamW", "LBFGS"):
            continue
        patch = Patch(build.at.script)
        first = with_rates(build.at.script, build.at.call.args[0].value, ADAM_RATE)
        decay = argument(build.at.call, "weight_decay")
        kept = f", weight_decay={build.at.script.code(decay.value)}" if decay is not None else ""
        patch.replace(build.at.call, f"{patch.spelled('torch.optim.Adam')}({first}, lr={ADAM_RATE}{kept})")
        patches.append(patch)
    if patches:
        text = f"Adam at {ADAM_RATE}: steps of one size everywhere."
        yield wanted.draft(text, patches, source="Kingma and Ba (2015)")


def with_rates(script: Script, groups: Expression, rate: str) -> str:
    """Parameter groups as they are written, each with this rate where it has one of its own."""
    code, start = script.code(groups), script.start(groups)
    own = sorted(group_settings(script, groups, "lr"), key=script.start, reverse=True)
    for node in own:
        code = code[: script.start(node) - start] + rate + code[script.end(node) - start :]
    return code
