"""The proof: watch the training as it is, find candidates, let them race against two controls, and judge.

Trials are paired: the same seeds, the same order of the data, the same number of steps. A round brings the candidates
to the same step on the script's own seed; the best of them, the untouched script and a random remedy then run on the
further seeds. What is proved ends it; otherwise the better half goes on from where it stands to a later step
(successive halving: Jamieson and Talwalkar, 2016, AISTATS).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
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
from gainstage.verify.proof import HEALTHY, Cost, Final, Proof, why_not
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
        if not watched.sick:
            return replace(proof, reason=HEALTHY, cost=spent(laboratory, watched, started))
        able, listed = sorted_out(candidates(watched.diagnosis, watched.places, watched.sources), options)
        proof = replace(proof, listed=listed)
        if not able:
            return replace(proof, reason=why_none(listed, options), cost=spent(laboratory, watched, started))
        laboratory.preload(watched.course.modules)
        laboratory.room = plan.room(watched.course.memory)
        control = random_remedy(watched.diagnosis, watched.places, watched.sources, seed=0)
        runner = Runner(laboratory, watched, options, progress)
        proof = race(runner, Arms(runner, able, control), proof)
        return replace(proof, cost=spent(laboratory, watched, started))


def race(runner: Runner, arms: Arms, proof: Proof) -> Proof:
    """Round after round until a cure is proved, or it has cost what it may."""
    length = runner.watched.course.steps
    try:
        for steps in plan.horizons(runner.options, length, runner.first_reading):
            while arms.alive and arms.projected(steps) <= plan.DEAREST * length:
                arms.to(steps)
                proof = judged(arms, proof)
                if proof.chosen is None:
                    break
                proof = followed(proof, arms.finish())
                if proof.chosen is not None:
                    return proof
                arms.alive.pop(0)
            arms.halve()
    except KeyboardInterrupt:
        return replace(judged(arms, proof), interrupted=True)
    return proof


def followed(proof: Proof, final: Final | None) -> Proof:
    """The proof once the chosen cure has come to the script's end; it is rolled back where it is no better there."""
    chosen = proof.chosen
    if chosen is None or final is None:
        return proof
    told = replace(chosen, final=final, proved=final.better)
    tried = tuple(told if one is chosen else one for one in proof.tried)
    if final.better:
        return replace(proof, tried=tried, chosen=told)
    return replace(proof, tried=tried, chosen=None, diff="", reason="what looked better early is not at the end")


def judged(arms: Arms, proof: Proof) -> Proof:
    """The proof with what the arms have shown up to now."""
    result = arms.judge()
    if result is None:
        return replace(proof, reason="no trial could be compared with another")
    chosen = next((tried for tried in result.tried if tried.proved), None)
    now = [tried.candidate for tried in result.tried]
    dropped = tuple(tried for tried in proof.tried if tried.candidate not in now)
    return replace(
        proof,
        steps=result.steps,
        measure=result.measure,
        untouched=result.untouched,
        random=result.random,
        control=arms.control,
        tried=(*result.tried, *dropped),
        chosen=chosen,
        diff=unified(chosen.candidate.changes) if chosen else "",
        reason="" if chosen else why_not(result.tried, proof.seeds),
    )


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
