"""To trackio: a run in a local project."""

from __future__ import annotations

import os

from gainstage.export.measures import Advance, Measures

PACKAGE, EXTRA, PLACE = "trackio", "trackio", "gainstage"


def write(measures: Measures, place: str, advance: Advance) -> str:
    """Log into the project ``place``, findings as alerts; an earlier export of the same run is replaced.

    Returns:
        The command that shows it.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    import trackio  # pyright: ignore[reportMissingImports]
    from trackio.sqlite_storage import SQLiteStorage  # pyright: ignore[reportMissingImports]

    SQLiteStorage.delete_run(place, measures.name)
    levels = {
        "error": trackio.AlertLevel.ERROR,
        "warning": trackio.AlertLevel.WARN,
        "info": trackio.AlertLevel.INFO,
    }
    settings = dict(measures.settings)
    run = trackio.init(place, name=measures.name, config=settings, auto_log_gpu=False, auto_log_cpu=False)
    for count, row in enumerate(measures.rows, start=1):
        spread = {h.tag: trackio.Histogram(np_histogram=(h.counts, h.edges)) for h in row.histograms}
        run.log({**row.scalars, **spread}, step=row.step)
        advance(count, len(measures.rows))
    for note in measures.notes:
        run.alert(note.title, note.text, level=levels[note.severity])
    trackio.finish()
    return f"trackio show --project {place}"
