"""Made-up recordings as run files on disk."""

from __future__ import annotations

from pathlib import Path

from gainstage.record.schema import RunInfo
from gainstage.record.writer import Writer
from synthetic import Recording


def store(recording: Recording, folder: Path, **info: object) -> Path:
    """Write ``recording`` as a run file."""
    given = {"identifier": "x", "argv": ("train.py",), "script": "train.py", "started": 1.0, "outcome": "finished"}
    writer = Writer(folder, RunInfo(**{**given, **info}))  # type: ignore[arg-type]
    for site in recording.sites:
        writer.site(site)
    for parameter in recording.parameters:
        writer.parameter(parameter)
    for step in recording.steps:
        signals = [row for row in recording.signals if row.step == step.step]
        updates = [row for row in recording.updates if row.step == step.step]
        writer.sample(step, signals, updates)
    writer.close()
    return folder
