"""To MLflow: a run in an experiment, wherever MLFLOW_TRACKING_URI points (by default this folder)."""

from __future__ import annotations

import os
import re

from gainstage.export.measures import Advance, Measures, Row

PACKAGE, EXTRA, PLACE = "mlflow", "mlflow", "gainstage"
TAG = "gainstage.run"
BATCH = 1000  # metrics that MLflow takes at once


def write(measures: Measures, place: str, advance: Advance) -> str:
    """Log into the experiment ``place``; an earlier export of the same run is replaced.

    Returns:
        The command that shows it.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient  # pyright: ignore[reportMissingImports]
    from mlflow.entities import Param, RunTag  # pyright: ignore[reportMissingImports]

    client = MlflowClient()
    experiment = client.get_experiment_by_name(place)
    number = experiment.experiment_id if experiment else client.create_experiment(place)
    for old in client.search_runs([number], f"tags.`{TAG}` = '{measures.identifier}'"):
        client.delete_run(old.info.run_id)
    tags = {TAG: measures.identifier, "gainstage.findings": " ".join(note.code for note in measures.notes)}
    run = client.create_run(number, run_name=measures.name, tags=tags)
    identifier = run.info.run_id
    settings = [Param(key, value[:500]) for key, value in measures.settings.items()]
    client.log_batch(identifier, params=settings, tags=[RunTag("mlflow.note.content", _notes(measures))])
    for count, row in enumerate(measures.rows, start=1):
        metrics = _metrics(row)
        for start in range(0, len(metrics), BATCH):
            client.log_batch(identifier, metrics=metrics[start : start + BATCH])
        advance(count, len(measures.rows))
    client.log_text(identifier, measures.document, "gainstage.json")
    client.set_terminated(identifier)
    return "mlflow ui"


def _metrics(row: Row) -> list[object]:
    from mlflow.entities import Metric  # pyright: ignore[reportMissingImports]

    time = int(row.time * 1000)
    return [Metric(_key(tag), value, time, row.step) for tag, value in row.scalars.items()]


def _key(tag: str) -> str:
    return re.sub(r"[^\w\-./ ]", "_", tag, flags=re.ASCII)[:250]


def _notes(measures: Measures) -> str:
    return "\n\n".join(f"### {note.title}\n\n{note.text}" for note in measures.notes)[:5000] or "no findings"
