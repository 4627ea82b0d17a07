"""What charts are given: extremes survive merging, and nothing is made up."""

from __future__ import annotations

import math

import numpy as np

from gainstage.diagnose.history import COLUMNS, ROWS, maps, summary
from gainstage.diagnose.ladder import ladder
from gainstage.diagnose.view import View
from synthetic import mlp

STEPS = tuple(range(200))


def view(depth: int = 3, **columns: object) -> View:
    ratio = np.full(len(STEPS), 1e-3)
    ratio[123] = 0.7
    loss = np.linspace(2, 1, len(STEPS))
    return View(mlp(depth, steps=STEPS, loss=loss, ratio=ratio, **columns).run())  # type: ignore[arg-type]


def test_merged_cells_hold_what_is_most_remarkable() -> None:
    dead = np.zeros(len(STEPS))
    dead[77] = 32
    passing = np.full(len(STEPS), 0.5)
    passing[50] = 0.0
    found = {each.name: each for each in maps(view(activation={"dead_units": dead, "transmission": passing}))}
    assert set(found) == {"transmission", "dead_share", "update_ratio"}
    for name, extreme in (("transmission", 0.0), ("dead_share", 0.5), ("update_ratio", 0.7)):
        row = found[name].values[0]
        assert len(row) == COLUMNS
        assert sum(value == extreme for value in row) == 1
        (column,) = [n for n, value in enumerate(row) if value == extreme]
        step = {"transmission": 50, "dead_share": 77, "update_ratio": 123}[name]
        first, last = found[name].steps[column]
        assert first <= step <= last


def test_columns_cover_all_steps_once_and_rows_all_stages() -> None:
    (update,) = [each for each in maps(view(150)) if each.name == "update_ratio"]
    assert [a for a, _ in update.steps[1:]] == [b + 1 for _, b in update.steps[:-1]]
    assert (update.steps[0][0], update.steps[-1][1]) == (0, 199)
    assert len(update.stages) == ROWS
    assert (update.stages[0][0], update.stages[-1][1]) == (1, 150)


def test_what_was_never_measured_has_no_map_and_no_number() -> None:
    shown = view(activation={"transmission": math.nan, "dead_units": -1})
    assert [each.name for each in maps(shown)] == ["update_ratio"]
    last = next(each for each in maps(view()) if each.name == "transmission").values[-1]
    assert all(math.isnan(value) for value in last)  # the last stage has no activation


def test_a_zero_update_is_farther_from_usual_than_a_large_one() -> None:
    ratio = np.full(len(STEPS), 1e-3)
    ratio[10:12] = 0.0, 5.0
    (update,) = [each for each in maps(View(mlp(3, steps=STEPS, loss=1.0, ratio=ratio).run())) if "up" in each.name]
    assert 0.0 in update.values[0]


def test_the_summary_is_the_ladder_s_numbers() -> None:
    rungs = ladder(view(5, forward_db=-6.0, weights_db=-3.0))
    told = summary(rungs)
    assert told.signal_db == rungs[-1].signal_db
    assert told.gradient_db == rungs[0].gradient_db
    assert told.slowest_update == min(rung.update_ratio for rung in rungs)
    assert math.isnan(summary(()).signal_db)
