"""AutoTrainer's way of repairing, as a strategy: its symptoms, its order of remedies, its own silence as success.

Zhang, Zhai, Ma and Shen (2021), "AutoTrainer: An automatic DNN training problem detection and repair system", ICSE.
Written anew after the paper and the thresholds that its published tool uses. It differs where a script is not Keras:

* The tool reports a symptom only where accuracy stays low. Scripts have no accuracy in common: here where the loss has
  not fallen by half.
* "Dying ReLU" is 70 % of gradient entries at zero there; here 70 % of the units of all layers silent.
* Oscillation and slow convergence are told by accuracy there, by the loss here.
* Remedies are made in the source, everywhere at once as there, and each training begins anew: the tool goes on from
  the weights it finds, and a new initialiser draws none.

python autotrainer.py SCRIPT RESULT.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Finding, Remedy
from gainstage.diagnose.view import View
from gainstage.errors import GainstageError
from gainstage.observe.script import Target
from gainstage.prescribe.case import Case
from gainstage.prescribe.choose import makers
from gainstage.prescribe.draft import MAKERS, Draft, Wanted
from gainstage.prescribe.remedies.activation import swapped
from gainstage.prescribe.remedies.normalise import constructed, normalised
from gainstage.prescribe.remedies.rates import scaled
from gainstage.prescribe.remedies.start import drawn_afresh
from gainstage.prescribe.remedies.steps import clipped
from gainstage.prescribe.sites import hidden
from gainstage.prescribe.source.patch import Patch
from gainstage.verify.launch import Laboratory
from gainstage.verify.plan import Options
from gainstage.verify.watched import findings_of, order_for, watch

VANISH_RATIO, VANISH_NORM, EXPLODE_RATIO, DEAD, HUGE = 1e-3, 1e-4, 70.0, 0.7, 10.0
SWINGS = 0.2  # share of the samples at which the loss turns by more than SWING of itself
SWING = 0.03
ORDER = {
    "vanishing": ("selu", "relu", "normalise"),
    "exploding": ("selu", "relu", "clip", "tanh", "normalise"),
    "dying": ("selu", "normalise", "initialise", "leaky_relu", "elu"),
    "oscillating": ("adam", "rate", "rate/100", "initialise"),
    "slow": ("adam", "rate", "rate/100", "initialise"),
    "data": ("inputs",),
}
MOST = 6  # trainings


def symptoms(view: View) -> list[str]:
    """What AutoTrainer would report of a run, in its order."""
    loss = view.loss[np.isfinite(view.loss)]
    broke = loss.size < view.loss.size
    if not broke and loss.size > 1 and loss[-3:].mean() < 0.5 * loss[0]:
        return []
    weights = [parameter for parameter in view.run.parameters if len(parameter.shape) > 1]
    found: list[str] = []
    if len(weights) > 1:
        first, last = (view.update(one, "gradient") for one in (weights[0], weights[-1]))
        with np.errstate(all="ignore"):
            ratio = middle((first / last)[view.late])
        if ratio < VANISH_RATIO and middle(first[view.late]) < VANISH_NORM:
            found.append("vanishing")
        if ratio > EXPLODE_RATIO or broke:
            found.append("exploding")
    silent = sum(float(np.nanmax(view.signal(s.activation, "silent_units")[view.late], initial=0))
                 for s in view.stages if s.activation)  # fmt: skip
    units = sum(stage.activation.units for stage in view.stages if stage.activation)
    if units and silent / units >= DEAD:
        found.append("dying")
    turns = np.diff(np.sign(np.diff(loss))) != 0 if loss.size > 2 else np.zeros(1, bool)
    large = np.abs(np.diff(loss))[1:] > SWING * loss[1:-1] if loss.size > 2 else np.zeros(1, bool)
    if (turns & large).mean() >= SWINGS:
        found.append("oscillating")
    if any(np.nanmax(view.signal(s.site, "offset"), initial=0) >= HUGE for s in view.stages):
        found.append("data")
    return found or ["slow"]


def remedies(case: Case, found: list[str]) -> Iterator[tuple[str, str]]:
    """(name, the script's new text) in AutoTrainer's order."""
    seen = set()
    for name in (name for symptom in found for name in ORDER[symptom]):
        draft = Draft(name, "unsafe", name, "", patches=tuple(patches(case, name)))
        candidate = draft.candidate() if draft.patches else None
        if candidate is not None and len(candidate.changes) == 1 and candidate.changes not in seen:
            seen.add(candidate.changes)
            yield name, candidate.changes[0].after


def patches(case: Case, name: str) -> list[Patch]:
    """The remedy everywhere in the network at once."""
    stages = hidden(case.view.stages)
    if name in ("selu", "relu", "tanh", "leaky_relu", "elu"):
        return swapped(case, [stage for stage in stages if stage.function != name], name)
    if name == "normalise":
        layers = [
            (s, f) for s in case.view.stages if not s.is_output and not s.normalised for f in constructed(case, s)
        ]
        return [patch for stage, found in layers if (patch := normalised(case, stage, found, "batch"))]
    if name == "clip":
        return clipped(case, 9.5)
    if name.startswith("rate"):
        return scaled(case, "lr", 0.01 if name.endswith("100") else 0.1, position=1)
    if name == "initialise":
        return drawn_afresh(case, [stage for stage in case.view.stages if stage.site.weight])
    remedy = Remedy({"adam": "adam", "inputs": "standardise-inputs"}[name], "unsafe", "", "")
    drafts = MAKERS[remedy.name](case, Wanted(Finding("GS601", "", "error", ""), remedy))
    return list(next((draft.patches for draft in drafts if draft.patches), ()))


def repair(script: str) -> dict[str, object]:
    """Train, look, change, train again, until the detector is silent."""
    makers()
    options = Options(jobs=1)
    with Laboratory(1) as laboratory:
        order = order_for(Target("file", script), options)
        first = watch(laboratory, order, options, lambda *_: None)
        found = symptoms(first.diagnosis.view)
        result: dict[str, object] = {
            "symptoms": found,
            "tried": [],
            "cured": None,
            "silent": not found,
            "trainings": 1.0,
        }
        tried: list[str] = []
        steps = first.course.steps
        case = Case(first.diagnosis, first.places, first.sources)
        for name, text in remedies(case, found) if found else ():
            if len(tried) + 1 >= MOST:
                break
            trial = laboratory.prepare(replace(order, texts={first.course.files[0]: text}, watch=True), 300.0)
            laboratory.run([trial], 0)
            tried.append(name)
            steps += trial.course.steps
            result |= {"tried": tried, "trainings": steps / first.course.steps}
            if trial.course.broke:
                continue
            if not symptoms(findings_of(trial).view):
                return result | {"cured": text, "silent": True}
    return result


def main(script: str, result: str) -> None:
    """Repair, and write down what came of it."""
    try:
        document = repair(script)
    except GainstageError as error:
        document = {"error": str(error)}
    with open(result, "w", encoding="utf-8") as file:
        json.dump(document, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
