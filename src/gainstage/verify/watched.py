"""The training as it is: one run, watched, which is also the untouched arm's first trial."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

from gainstage.diagnose.engine import Diagnosis, diagnose
from gainstage.diagnose.finding import Finding
from gainstage.errors import GainstageError, NothingObserved
from gainstage.observe.script import Target
from gainstage.prescribe.places import Places
from gainstage.record.reader import load
from gainstage.verify import plan, printed
from gainstage.verify.launch import Laboratory, Trial
from gainstage.verify.order import ENDED, Course, Order
from gainstage.verify.sources import read_text

ABOUT_THE_RECORDING = ("GS9",)  # families of findings that no remedy is for

STAGE = "watching the training as it is"


@dataclass(frozen=True, slots=True)
class Watched:
    """What the first run gave."""

    trial: Trial
    diagnosis: Diagnosis
    places: Places
    sources: dict[str, str]

    @property
    def course(self) -> Course:
        """Its steps and losses."""
        return self.trial.course

    @property
    def whole(self) -> bool:
        """Whether the script came to its end, so that its length is known."""
        return self.course.state in ENDED

    @property
    def sick(self) -> tuple[Finding, ...]:
        """The findings worth a cure: warnings and errors about the network, not about the recording."""
        return sick(self.diagnosis)


def watch(
    laboratory: Laboratory, order: Order, options: plan.Options, progress: Callable[[str, int, int], None]
) -> Watched:
    """Run the script as it is, watched, to its end or for as long as is worth it.

    Raises:
        GainstageError: when the script fails before it has trained for two steps.
        NothingObserved: when it ends without having trained.
    """
    seconds = 0.0 if options.steps else plan.WATCHED
    patience = options.time_limit or plan.BEFORE + plan.WATCHED
    trial = laboratory.prepare(replace(order, watch=True, places=True, seconds=seconds), patience)
    laboratory.run(
        [trial], options.steps, lambda: progress("watching the training as it is", trial.live, options.steps)
    )
    course = trial.course
    if course.steps < 2:
        if course.state in (*ENDED, "waiting") and not course.exit_code:
            raise NothingObserved("the script ended without training: no optimizer step and no backward pass was seen")
        why = course.text or f"exit code {course.exit_code}"
        raise GainstageError(f"the script fails before it trains: {why}")
    sources = {path: read_text(path) for path in course.files if os.path.exists(path)}
    return Watched(trial, findings_of(trial), Places.from_json(course.places or {}), sources)


def order_for(target: Target, options: plan.Options) -> Order:
    """What all trials of this script have in common.

    Raises:
        GainstageError: for what has no source file to change, or a pattern that is none.
    """
    if target.kind == "text" or target.name == "-":
        raise GainstageError(
            "a source file is changed and tried: give a script (train.py) or a module (-m package.train)"
        )
    if target.kind == "file" and not os.path.isfile(target.name):
        hint = "its __main__.py" if os.path.isdir(target.name) else "the path of a Python file"
        raise GainstageError(f"cannot read the script {target.name!r}: expected {hint}")
    printed.compiled(options.metric)  # its mistakes are told before anything runs
    kind = "module" if target.kind == "module" else "file"
    return Order(
        kind, target.name, target.arguments, cwd=os.getcwd(), folder="", metric=options.metric, threads=options.threads
    )


def findings_of(trial: Trial) -> Diagnosis:
    """The diagnosis of a trial that was watched."""
    return diagnose(load(trial.folder / "run.gs"))


def sick(diagnosis: Diagnosis) -> tuple[Finding, ...]:
    """The warnings and errors that a remedy may be for."""
    return tuple(
        finding
        for finding in diagnosis.findings
        if finding.severity != "info" and not finding.code.startswith(ABOUT_THE_RECORDING)
    )
