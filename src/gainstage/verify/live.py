"""``gainstage.fix``: the same proof for a model in this process, made and trained by two functions of the user's."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gainstage.errors import NothingObserved
from gainstage.prescribe.candidate import Candidate
from gainstage.prescribe.live.changes import Adjust, Clip
from gainstage.prescribe.live.choose import remedies
from gainstage.prescribe.live.treatment import Treatment
from gainstage.verify import measure as measuring
from gainstage.verify.live_trial import Lane, Runs
from gainstage.verify.predicted import measured
from gainstage.verify.proof import HEALTHY, Proof, Tried, why_not
from gainstage.verify.rows import RANDOM, UNTOUCHED, arm_of, by_seed, filled
from gainstage.verify.seeds import START
from gainstage.verify.verdict import effect
from gainstage.verify.watched import sick

if TYPE_CHECKING:
    import torch

RANDOM_FACTORS = (0.01, 0.1, 10.0)


@dataclass(frozen=True, slots=True)
class Fixed:
    """The proof, and the treatment that is proved (``None`` without one): ``treatment.apply(model, optimizer)``."""

    proof: Proof
    treatment: Treatment | None


def fix(
    make_model: Callable[[], torch.nn.Module],
    train: Callable[[torch.nn.Module], Any],
    *,
    seeds: int = 3,
    steps: int | None = None,
    unsafe: bool = False,
    candidates: int = 4,
) -> Fixed:
    """Try what may cure a training, in this process, against an untouched and a random control.

    Every trial makes a new model and trains it, all arms with the same seeds (Python's, NumPy's and torch's are set
    before each and put back afterwards), so ``make_model`` and ``train`` must depend on nothing that a trial changes.

    Args:
        make_model: makes the model, untrained.
        train: trains it, with an optimizer of its own. What it returns is compared: a number is a loss, a mapping holds
            measures by name (``{"val_acc": 0.9}``); with ``None`` the training loss is taken.
        seeds: trials per arm; 3 is the fewest that give a usable interval.
        steps: optimizer steps after which a trial is stopped; default: as many as ``train`` makes.
        unsafe: also try what changes architecture or optimizer.
        candidates: how many remedies are tried at most.

    Returns:
        The proof and the treatment that is proved, not applied to anything.

    Raises:
        NothingObserved: when ``train`` makes no optimizer step.

    Example:
        >>> import torch, gainstage
        >>> x = torch.randn(64, 8)
        >>> def train(model):
        ...     optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        ...     for _ in range(20):
        ...         optimizer.zero_grad()
        ...         torch.nn.functional.mse_loss(model(x), x[:, :1]).backward()
        ...         optimizer.step()
        >>> gainstage.fix(lambda: torch.nn.Linear(8, 1), train).proof.reason
        'nothing to cure: no finding of severity warning or error'
    """
    untouched = Lane(None)
    run = Runs(make_model, train, steps)
    run.trial(untouched)
    diagnosis, course = untouched.diagnosis, untouched.courses[0]
    if diagnosis is None or course.steps < 1:
        raise NothingObserved("train(model) made no optimizer step: nothing can be compared")
    proof = Proof(("train(model)",), sick(diagnosis), course.steps, steps is None, seeds)
    found = (
        [one for one in remedies(diagnosis) if unsafe or one.safety == "safe"][:candidates] if proof.findings else []
    )
    if not found:
        reason = "no remedy is known that could be applied to the model in memory" if proof.findings else HEALTHY
        return Fixed(replace(proof, reason=reason), None)
    lanes = [Lane(treatment) for treatment in found]
    control = Lane(_random())
    for lane in (control, *lanes):
        run.trial(lane)
    lanes.sort(key=lambda lane: measuring.closing_loss(lane.courses[0], course.steps))
    for seed in range(1, seeds):
        for lane in (untouched, control, lanes[0]):
            run.trial(lane, seed)
    proof = _judged(replace(proof, steps=course.steps), untouched, control, lanes)
    return Fixed(proof, lanes[0].treatment if proof.chosen is not None else None)


def _judged(proof: Proof, untouched: Lane, control: Lane, lanes: list[Lane]) -> Proof:
    """The proof with what the lanes have shown."""
    held = {UNTOUCHED: untouched.courses, RANDOM: control.courses, **{k: lane.courses for k, lane in enumerate(lanes)}}
    steps = measuring.equal_steps([course for row in held.values() for course in row], proof.steps)
    measure = measuring.choose(by_seed(held), steps, "")
    if measure is None or untouched.diagnosis is None:
        return replace(proof, reason="no trial could be compared with another")
    rows = filled(held, measure, steps)
    tried: list[Tried] = []
    for number, lane in enumerate(lanes):
        values, candidate = rows[number], _candidate(lane.treatment)
        against = [effect(measure, values, rows[arm][: len(values)]) for arm in (UNTOUCHED, RANDOM)]
        own = arm_of(candidate.remedy, lane.courses, values, steps)
        told = measured(candidate, untouched.diagnosis, lane.diagnosis, lane.courses[0])
        tried.append(Tried(candidate, own, told, *against, proved=all(one.clear for one in against), steps=steps))
    chosen = next((one for one in tried if one.proved), None)
    return replace(
        proof,
        steps=steps,
        measure=measure,
        untouched=arm_of("untouched", untouched.courses, rows[UNTOUCHED], steps),
        random=arm_of("random", control.courses, rows[RANDOM], steps),
        control=_candidate(control.treatment),
        tried=tuple(tried),
        chosen=chosen,
        reason="" if chosen else why_not(tried, proof.seeds),
    )


def _candidate(treatment: Treatment | None) -> Candidate:
    assert treatment is not None
    return Candidate(treatment.remedy, treatment.safety, (), treatment.text, treatment.predicted, codes=treatment.codes)


def _random() -> Treatment:
    """A treatment that no finding asked for."""
    draw = random.Random(START)
    factor = draw.choice(RANDOM_FACTORS)
    rate = Adjust("random", "unsafe", f"Learning rate times {factor:g}.", "nothing", factor=factor)
    return draw.choice((rate, Clip("random", "unsafe", "Gradients clipped to a norm of 1.", "nothing")))
