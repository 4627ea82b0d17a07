"""The loss of a long run: few points, and no extreme lost."""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path

import pytest
import runfiles

from gainstage.record.course import BUCKETS, courses
from gainstage.record.reader import load
from gainstage.record.writer import Writer

FILL = """
WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < {last})
INSERT INTO step ("step", "time", "optimizer", "loss", "learning_rate", "predicted_change", "examples",
  "backward_passes", "stale_gradients", "loss_scale", "training")
SELECT i, i * 0.1, 'SGD', 1.0 / (1 + i * 1e-4), 0.1, -0.1, 32, 1, 0.0, 1.0, 1 FROM n
"""


def long_run(folder: Path, steps: int, spikes: dict[int, float | None]) -> Path:
    run = runfiles.record(folder)
    with sqlite3.connect(run / "rank0.sqlite") as connection:
        connection.execute(FILL.format(last=steps - 1))
        for step, loss in spikes.items():
            connection.execute("UPDATE step SET loss = ? WHERE step = ?", (loss, step))
    connection.close()
    return run


@pytest.mark.slow
def test_a_million_samples_keep_every_spike(tmp_path: Path) -> None:
    spikes = {543_210: 77.0, 543_999: -5.0, 800_001: math.inf, 700_000: None}
    run = load(long_run(tmp_path, 1_000_000, spikes))
    assert run.sampled == 1_000_000
    assert len(run.steps) == 256
    (course,) = courses(run)
    assert {(543_210, 77.0), (543_999, -5.0), (800_001, math.inf)} <= set(course.points)
    assert len(course.points) <= 2 * BUCKETS
    assert list(course.points) == sorted(course.points)
    assert course.points[0][0] < 3_000
    assert course.points[-1][0] > 997_000
    assert not any(math.isnan(loss) for _, loss in course.points)


def test_a_short_run_is_told_point_by_point(tmp_path: Path) -> None:
    run = load(runfiles.record(tmp_path, range(5)))
    assert courses(run)[0].points == tuple((n, 1 / (1 + n)) for n in range(5))


def test_each_optimizer_has_its_own(tmp_path: Path) -> None:
    writer = Writer.create(tmp_path / "gan", runfiles.info())
    runfiles.describe(writer)
    for step in range(400):
        runfiles.add(writer, step, optimizer="Adam#2" if step % 2 else "Adam")
    writer.close()
    run = load(writer.path)
    assert len(run.steps) < run.sampled
    found = {course.optimizer: {step % 2 for step, _ in course.points} for course in courses(run)}
    assert found == {"Adam": {0}, "Adam#2": {1}}
