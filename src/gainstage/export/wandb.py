"""To Weights & Biases: an offline run, which `wandb sync` sends; at once where WANDB_MODE=online asks for it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from gainstage.export.measures import Advance, Measures

PACKAGE, EXTRA, PLACE = "wandb", "wandb", "gainstage"
LEVELS = {"error": "ERROR", "warning": "WARN", "info": "INFO"}
LONGEST_TITLE = 63


def write(measures: Measures, place: str, advance: Advance) -> str:
    """Log into the project ``place``, findings as alerts; an earlier offline export of the same run is replaced.

    Returns:
        The command that sends it, or the run's address.
    """
    mode = os.environ.setdefault("WANDB_MODE", "offline")
    os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
    os.environ.setdefault("WANDB_SILENT", "true")
    import wandb  # pyright: ignore[reportMissingImports]

    number = measures.identifier[:16]
    for folder in Path(os.environ.get("WANDB_DIR", "."), "wandb").glob(f"offline-run-*-{number}"):
        shutil.rmtree(folder)
    run = wandb.init(project=place, id=number, name=measures.name, config=dict(measures.settings), resume="allow")
    for count, row in enumerate(measures.rows, start=1):
        spread = {h.tag: wandb.Histogram(np_histogram=(h.counts, h.edges)) for h in row.histograms}
        run.log({**row.scalars, **spread}, step=row.step)
        advance(count, len(measures.rows))
    rows = [[note.code, note.severity, note.step, note.title, note.text] for note in measures.notes]
    run.log({"findings": wandb.Table(columns=["code", "severity", "step", "title", "text"], data=rows)})
    for note in measures.notes:
        if note.severity != "info":
            run.alert(note.title[:LONGEST_TITLE], note.text, level=LEVELS[note.severity], wait_duration=0)
    where = Path(run.dir).parent
    run.finish()
    return f"wandb sync {where}" if mode == "offline" else str(run.url)
