"""To TensorBoard: event files in a folder, one folder per run."""

from __future__ import annotations

from pathlib import Path

from gainstage.export.measures import Advance, Histogram, Measures

PACKAGE, EXTRA, PLACE = "tensorboard", "tensorboard", "runs"
SUFFIX = ".gainstage"


def write(measures: Measures, place: str, advance: Advance) -> str:
    """Write event files into ``place``; those of an earlier export of the same run are replaced.

    Returns:
        The command that shows them.
    """
    from torch.utils.tensorboard import SummaryWriter

    folder = Path(place) / measures.name
    for file in folder.glob(f"events.out.tfevents.*{SUFFIX}"):
        file.unlink()
    with SummaryWriter(str(folder), filename_suffix=SUFFIX) as writer:
        for number, row in enumerate(measures.rows, start=1):
            for tag, value in row.scalars.items():
                writer.add_scalar(tag, value, row.step, walltime=row.time)
            for histogram in row.histograms:
                _add_histogram(writer, histogram, row.step, row.time)
            advance(number, len(measures.rows))
        for note in measures.notes:
            writer.add_text(f"findings/{note.title}", note.text, note.step)
    return f"tensorboard --logdir {place}"


def _add_histogram(writer: object, histogram: Histogram, step: int, time: float) -> None:
    values = histogram.values
    writer.add_histogram_raw(  # type: ignore[attr-defined]
        histogram.tag,
        min=float(values.min()),
        max=float(values.max()),
        num=int(values.size),
        sum=float(values.sum()),
        sum_squares=float((values**2).sum()),
        # TensorBoard wants the upper end of each bucket, and none below the first.
        bucket_limits=histogram.edges.tolist(),
        bucket_counts=[0, *histogram.counts.tolist()],
        global_step=step,
        walltime=time,
    )
