"""The proof: watch the training as it is, find candidates, let them race against two controls, and judge.

Trials are paired: the same seeds, the same order of the data, the same number of steps. All candidates make an early
round on the script's own seed; the best guess and the best of that round go on until one is well ahead of where the
untouched training ends, else to the script's end, where a cure must be worth something. Where it is, the candidate, the
untouched script and a random remedy run on further seeds, as far as the candidate needs to be ahead and no farther:
what is proved there ends it, otherwise all go on to a later step.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from gainstage.observe.script import Target
from gainstage.prescribe.candidate import Candidate
from gainstage.prescribe.chance import random_remedy
from gainstage.prescribe.choose import candidates
from gainstage.prescribe.diff import unified
from gainstage.verify import plan
from gainstage.verify.arms import Arms
from gainstage.verify.launch import Laboratory
from gainstage.verify.plan import Options
from gainstage.verify.proof import HEALTHY, Cost, Proof, why_not
from gainstage.verify.runner import Runner
from gainstage.verify.watched import Watched, order_for, watch

Progress = Callable[[str, int, int], None]  # stage, steps made, steps in all (0: not known)


def prove(target: Target, options: Options, progress: Progress = lambda stage, done, total: None) -> Proof:
    """Try what may cure ``target`` and say what is proved; an interrupt ends it with the results so far.

    Raises:
        GainstageError: when the script cannot be run, or fails before it trains.
    """
    started, order = time.monotonic(), order_for(target, options)
    with Laboratory(options.workers) as laboratory:
        watched = watch(laboratory, order, options, progress)
        proof = Proof(target.command, watched.sick, watched.course.steps, watched.whole, options.seeds)
        proof = replace(proof, unsafe=options.unsafe)
        if not watched.sick:
            return replace(proof, reason=HEALTHY, cost=spent(laboratory, watched, started))
        trouble: list[str] = []
        found = candidates(watched.diagnosis, watched.places, watched.sources, trouble)
        able, listed = sorted_out(found, options)
        proof = replace(proof, listed=listed, trouble=tuple(trouble))
        if not able:
            return replace(proof, reason=why_none(listed, options), cost=spent(laboratory, watched, started))
        laboratory.preload(watched.course.modules)
        laboratory.room = plan.room(watched.course.memory)
        control = random_remedy(watched.diagnosis, watched.places, watched.sources, seed=0)
        runner = Runner(laboratory, watched, options, progress)
        proof = race(runner, Arms(runner, able, control), proof)
        return replace(proof, cost=spent(laboratory, watched, started))


def race(runner: Runner, arms: Arms, proof: Proof) -> Proof:
    """Candidate after candidate until a cure is proved, or it has cost what it may."""
    first, most = runner.rounds[0], plan.DEAREST * runner.watched.course.steps
    wanted, steps = arms.all, first
    try:
        order = arms.screen(first)
        proof = judged(arms, proof, arms.all, first)
        for arm in contenders(arms, order, most):
            wanted = [arm]
            for steps in arms.leads(arm):
                if arms.spent() <= most:
                    arms.repeat(arm, steps)
                    proof = judged(arms, proof, wanted, steps)
                if proof.chosen is not None:
                    return proof
        return with_finals(proof, arms)
    except KeyboardInterrupt:
        return replace(judged(arms, proof, wanted, steps), interrupted=True)


def contenders(arms: Arms, order: Sequence[int], most: float) -> Iterator[int]:
    """Candidates that are worth repeating: one that is soon ahead of all, then those that are better at the end."""
    soon = arms.early(order[:2])
    if soon is not None:
        yield soon
    for batch in (order[:2], *([arm] for arm in order[2:])):
        if arms.spent() > most:
            return
        yield from arms.follow(batch)


def judged(arms: Arms, proof: Proof, wanted: Sequence[int], steps: int) -> Proof:
    """The proof with what these candidates have shown up to ``steps``."""
    result = arms.judge(wanted, steps)
    if result is None:
        return replace(proof, reason=proof.reason or "no trial could be compared with another")
    chosen = next((tried for tried in result.tried if tried.proved), None)
    now = [tried.candidate for tried in result.tried]
    others = tuple(tried for tried in proof.tried if tried.candidate not in now)
    proof = replace(
        proof,
        steps=result.steps,
        measure=result.measure,
        untouched=result.untouched,
        random=result.random,
        control=arms.control,
        tried=(*result.tried, *others),
        chosen=chosen,
        diff=unified(chosen.candidate.changes) if chosen else "",
        reason="" if chosen else why_not(result.tried, proof.seeds),
    )
    return with_finals(proof, arms)


def with_finals(proof: Proof, arms: Arms) -> Proof:
    """What the candidates came to at the script's end, beside what they showed before."""
    finals = {id(arms.able[arm]): final for arm, final in arms.finals.items()}
    tried = tuple(replace(one, final=finals.get(id(one.candidate))) for one in proof.tried)
    chosen = next((one for one in tried if one.proved), None)
    early = bool(finals) and not any(final.better for final in finals.values())
    reason = "no candidate is better than the untouched training at the end" if early else proof.reason
    return replace(proof, tried=tried, chosen=chosen, reason=reason if chosen is None else "")


def sorted_out(found: Sequence[Candidate], options: Options) -> tuple[list[Candidate], tuple[Candidate, ...]]:
    """(what is tried, what is only listed)."""
    able = [one for one in found if one.changes and (options.unsafe or one.safety == "safe")][: options.candidates]
    return able, tuple(one for one in found if one not in able)


def why_none(listed: Sequence[Candidate], options: Options) -> str:
    """Why there is nothing to try."""
    if any(one.changes for one in listed) and not options.unsafe:
        return "every remedy that is known changes more than scale or start; --unsafe tries those, too"
    return "no remedy is known that could be made in the source" + ("; see what to do by hand" if listed else "")


def spent(laboratory: Laboratory, watched: Watched, started: float) -> Cost:
    """What it took: the watched run counts as what it is, one training or a part of it."""
    steps = sum(trial.total for trial in laboratory.trials)
    trainings = steps / watched.course.steps if watched.whole else None
    return Cost(steps, time.monotonic() - started, len(laboratory.trials), trainings)
