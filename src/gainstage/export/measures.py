"""What trackers are given of a run, as plain data: scalars by step, the spread of the updates, findings as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gainstage.diagnose.engine import Diagnosis
from gainstage.diagnose.finding import Finding, Severity
from gainstage.diagnose.stage import Stage
from gainstage.diagnose.view import View
from gainstage.show.characters import visible
from gainstage.show.machine import dumps, to_json
from gainstage.show.report import build, near

Values = NDArray[Any]
EDGES = np.linspace(-12.0, 2.0, 57)  # of log10(update ratio): four to a decade
Advance = Callable[[int, int], None]  # told (steps written, steps there are)


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts between ``edges`` (one more than counts), with the moments that a tracker may ask for."""

    tag: str
    edges: Values
    counts: Values
    values: Values


@dataclass(frozen=True, slots=True)
class Row:
    """One sampled step; ``time`` is in seconds since the epoch."""

    step: int
    time: float
    scalars: dict[str, float]
    histograms: tuple[Histogram, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A finding as text (Markdown)."""

    code: str
    title: str
    text: str
    severity: Severity
    step: int


@dataclass(frozen=True, slots=True)
class Measures:
    """A whole run; ``name`` is fit for a folder and the same at every export of the same run."""

    identifier: str
    name: str
    rows: tuple[Row, ...]
    notes: tuple[Note, ...]
    document: str  # the report as JSON
    settings: dict[str, str]


def measures(diagnosis: Diagnosis) -> Measures:
    """What there is to export of a run."""
    run, report = diagnosis.run, build(diagnosis)
    stem = Path(near(run.path) if run.path else run.info.script or "run").stem
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in stem)
    return Measures(
        identifier=run.info.identifier,
        name=f"{safe}-{run.info.identifier[:8]}",
        rows=tuple(_rows(diagnosis.view)),
        notes=tuple(_note(finding) for finding in report.findings),
        document=dumps(to_json(report)),
        settings={"argv": visible(" ".join(run.info.argv)), **{k: visible(v) for k, v in run.info.versions.items()}},
    )


def _rows(view: View) -> Iterator[Row]:
    columns = {**_course(view), **{tag: values for stage in view.stages for tag, values in _stage(view, stage).items()}}
    several = len({step.optimizer for step in view.run.steps}) > 1
    ratios = np.array([view.update(parameter, "ratio") for parameter in view.run.parameters])
    for place, step in enumerate(view.run.steps):
        scalars = {tag: float(values[place]) for tag, values in columns.items() if np.isfinite(values[place])}
        if several:  # a GAN's two losses are two curves
            scalars = {f"{tag}/{step.optimizer}" if tag in _COURSE else tag: v for tag, v in scalars.items()}
        seen = ratios[:, place] if len(ratios) else ratios
        yield Row(step.step, view.run.info.started + step.time, scalars, tuple(_histogram(seen)))


_COURSE = ("loss", "learning_rate", "gradient_norm", "stale_gradients")


def _course(view: View) -> dict[str, Values]:
    columns = {name: view.run.step(name) for name in _COURSE if name != "gradient_norm"}
    norms = [step.extra.get("gradient_norm", np.nan) for step in view.run.steps]
    return {**columns, "gradient_norm": np.array(norms, dtype=np.float64)}


def _stage(view: View, stage: Stage) -> dict[str, Values]:
    """The numbers of one stage, grouped by quantity: trackers draw what shares a prefix side by side."""
    name = f"{stage.index + 1:03d}_{visible(stage.site.module or stage.name).replace('/', '_')}"
    found = {
        "signal": view.post(stage),
        "gradient": view.gradient(stage),
        "forward_db": view.forward_db(stage),
        "backward_db": view.backward_db(stage),
    }
    if stage.activation is not None:
        found["transmission"] = view.signal(stage.activation, "transmission")
        if stage.activation.units:
            dead = view.signal(stage.activation, "dead_units")
            found["dead_share"] = np.where(dead >= 0, dead / stage.activation.units, np.nan)
    if stage.weight is not None:
        found["update_ratio"] = view.update(stage.weight, "ratio")
    return {f"{quantity}/{name}": values for quantity, values in found.items()}


def _histogram(ratios: Values) -> Iterator[Histogram]:
    """How the update ratios of all parameters spread: learning is healthy around 1e-3."""
    logs = np.log10(ratios[np.isfinite(ratios) & (ratios > 0)])
    if logs.size:
        logs = np.clip(logs, EDGES[0], EDGES[-1])
        yield Histogram("log10_update_ratio", EDGES, np.histogram(logs, EDGES)[0], logs)


def _note(finding: Finding) -> Note:
    lines = [visible(finding.text), ""]
    for word, places in (("at", finding.sites[:10]), ("source", finding.source_lines[:5])):
        lines += [f"* {word} {', '.join(map(visible, dict.fromkeys(places)))}"] if places else []
    lines += [f"* cause {visible(finding.cause.text or finding.cause.name)}"] if finding.cause else []
    lines += [f"* try {cure.name} [{cure.safety}]: {visible(cure.predicted)}" for cure in finding.remedies]
    title = f"{finding.code} {finding.name} [{finding.severity}]"
    return Note(finding.code, title, "\n".join(lines), finding.severity, finding.last_step)
