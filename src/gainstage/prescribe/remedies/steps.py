"""What happens between the loss and the weights: gradients cleared, clipped, stepped, in this order."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress

import numpy as np

from gainstage.prescribe.anchors import Turn, turns
from gainstage.prescribe.case import Case, Found
from gainstage.prescribe.draft import Draft, Wanted, makes
from gainstage.prescribe.gains import gradient_norms
from gainstage.prescribe.source.expressions import function_of, method, receiver
from gainstage.prescribe.source.patch import CannotPatch, Patch
from gainstage.prescribe.source.script import Call, argument
from gainstage.prescribe.source.steps import cleared_behind
from gainstage.prescribe.wording import short

ORDER = "torch.optim's documentation, 'Taking an optimization step'"
RUNAWAY = 10.0  # times the first norm: a limit above that would only clip what is lost already
CLIPPING = "Pascanu, Mikolov and Bengio (2013), algorithm 1"


@makes("clip-gradient")
def clip_gradient(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Gradients clipped at twice the norm that was usual, or at that of the first steps where those were sound."""
    norms = gradient_norms(case.run)
    limit = wanted.remedy.value
    first = float(norms[0]) if norms.size else math.nan
    if wanted.finding.code == "GS301":  # its value is a share of the norm that overshot
        limit = (limit or 1.0) * float(np.nanmax(norms[np.isfinite(norms)], initial=0.0))
        limit = first if limit > RUNAWAY * first else limit
    elif wanted.finding.code != "GS204":
        limit = first
    if limit is None or not math.isfinite(limit) or limit <= 0:
        limit = 1.0
    for value in (limit, limit / 10):
        if patches := clipped(case, value):
            yield wanted.draft(f"Gradients clipped to a norm of {short(value)}.", patches, source=CLIPPING,
                               variant=short(value))  # fmt: skip


def clipped(case: Case, limit: float) -> list[Patch]:
    """A line between the backward pass and the step, over all that the optimizer holds."""
    patches: list[Patch] = []
    for turn in [turn for turn in turns(case) if turn.optimizer][:2]:
        patch = Patch(turn.script)
        clip = f"{patch.spelled('torch.nn.utils.clip_grad_norm_')}({held(turn.optimizer)}, {short(limit)})"
        before = [f"{turn.scaler}.unscale_({turn.optimizer})"] if turn.scaler else []
        try:
            if turn.step is not None and not _takes_closure(turn):
                patch.before(turn.step, [*before, clip])
            else:
                patch.after(turn.backward, [*before, clip])
        except CannotPatch:
            continue
        patches.append(patch)
    return patches[:1] if patches else []


def held(optimizer: str) -> str:
    """Everything that an optimizer steps."""
    return f'[p for group in {optimizer}.param_groups for p in group["params"]]'


def _takes_closure(turn: Turn) -> bool:
    return turn.step is not None and bool(turn.step.args) and not turn.scaler


@makes("raise-clipping-norm")
def raise_clipping_norm(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The limit that is written in the script."""
    for value in (wanted.remedy.value or 1.0, 1.0):
        patches: list[Patch] = []
        for script in case.scripts.values():
            for call in script.calls:
                keyword = {"clip_grad_norm_": "max_norm", "clip_grad_value_": "clip_value"}
                name = script.name(call).rpartition(".")[2]
                item = argument(call, keyword[name], 1) if name in keyword else None
                if item is not None:
                    patch = Patch(script)
                    patch.replace(item.value, short(value))
                    patches.append(patch)
        if patches:
            yield wanted.draft(f"Gradients clipped at {short(value)}.", patches, source=CLIPPING, variant=short(value))


@makes("zero-grad")
def zero_grad(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Cleared in front of the backward pass, by the optimizer that steps."""
    for turn in turns(case):
        if turn.optimizer:
            patch = Patch(turn.script)
            patch.before(turn.backward, [f"{turn.optimizer}.zero_grad()"])
            text = f"{turn.optimizer}.zero_grad() in front of every backward pass."
            yield wanted.draft(text, [patch], source=ORDER)
    yield from _by_hand_updates(case, wanted)


def _by_hand_updates(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """A loop that steps by itself: the gradients go when they have been used."""
    for turn in turns(case):
        if turn.optimizer or turn.loop is None:
            continue
        with suppress(CannotPatch):
            if (patch := cleared_behind(turn.script, function_of(turn.script, turn.backward))) is not None:
                yield wanted.draft("Gradients cleared when they have been used.", [patch], source=ORDER)
        users = sorted({parameter.name for parameter in case.run.parameters if not parameter.root})
        roots = {parameter.root for parameter in case.run.parameters if parameter.root}
        if users and not roots:
            patch = Patch(turn.script)
            patch.before(turn.backward, [f"for parameter in ({', '.join(users)},):", "    parameter.grad = None"])
            text = "Gradients cleared in front of every backward pass."
            yield wanted.draft(text, [patch], source=ORDER)


@makes("zero-grad-before-backward")
def clear_before(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The clearing that stands between backward and step moves in front of backward."""
    for turn in turns(case):
        if turn.step is None:
            continue
        home = function_of(turn.script, turn.backward)
        low, high = turn.script.start(turn.backward), turn.script.start(turn.step)
        between = [
            call for call in turn.script.calls
            if method(call) == "zero_grad" and low < turn.script.start(call) < high
            and function_of(turn.script, call) is home
        ]  # fmt: skip
        if between:
            patch = Patch(turn.script)
            patch.before(turn.backward, [turn.script.code(call) for call in between])
            for call in between:
                patch.remove(call)
            text = "Gradients cleared in front of the backward pass, not behind it."
            yield wanted.draft(text, [patch], source=ORDER)


@makes("call-step")
def call_step(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """``optimizer.step()`` behind the backward pass."""
    for turn in turns(case):
        for build in case.builds:
            if turn.optimizer or not build.target:
                continue
            patch = Patch(turn.script)
            patch.after(turn.backward, [f"{build.target}.step()"])
            yield wanted.draft(f"{build.target}.step() behind the backward pass.", [patch], source=ORDER)


@makes("slower-schedule")
def slower_schedule(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """One turn of the schedule an epoch, not a batch; then none."""
    for found in schedules(case):
        for keep in (True, False):
            patch = Patch(found.script)
            try:
                patch.move_out_of_loop(found.call) if keep else patch.remove(found.call)
            except CannotPatch:
                continue
            text = "The schedule steps once an epoch." if keep else "The learning rate stays as it begins."
            yield wanted.draft(text, [patch], source="torch.optim.lr_scheduler's documentation",
                               variant="by epochs" if keep else "none")  # fmt: skip


def schedules(case: Case) -> Iterator[Found]:
    """``scheduler.step()`` in a training loop."""
    seen = {(spot.line, spot.column) for spot in case.places.steps}
    for turn in turns(case):
        for call in turn.script.calls:
            inner = receiver(call)
            if method(call) != "step" or inner is None or (turn.script.line(call), turn.script.column(call)) in seen:
                continue
            if function_of(turn.script, call) is function_of(turn.script, turn.backward) and is_schedule(turn, call):
                yield Found(turn.script, call)


def is_schedule(turn: Turn, call: Call) -> bool:
    """Named like one, or made by torch.optim.lr_scheduler."""
    inner = receiver(call)
    name = turn.script.code(inner).lower() if inner is not None else ""
    return name != turn.optimizer.lower() and any(word in name for word in ("sched", "annea", "plateau", "decay", "lr"))
