"""Whatever a record may hold comes back as it was: nan, infinities, any text, nested settings."""

from __future__ import annotations

import math
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args, get_origin, get_type_hints

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gainstage.record.reader import load
from gainstage.record.run import Run
from gainstage.record.schema import Event, Parameter, RunInfo, Signal, Site, Step, Update, columns
from gainstage.record.series import numeric_columns
from gainstage.record.writer import Writer

COUNTS = st.integers(0, 2**31)
FLOATS = st.floats(width=64)


def maps(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Small mappings from any text."""
    return st.dictionaries(st.text(), values, max_size=3)


JSON = st.recursive(
    st.none() | st.booleans() | FLOATS | st.text(), lambda inner: st.lists(inner) | maps(inner), max_leaves=5
)
FIELDS: dict[Any, st.SearchStrategy[Any]] = {
    int: COUNTS,
    int | None: COUNTS | st.none(),
    float: FLOATS,
    bool: st.booleans(),
    str: st.text(),
    tuple[int, ...]: st.lists(COUNTS).map(tuple),
    tuple[str, ...]: st.lists(st.text()).map(tuple),
    dict[str, Any]: maps(JSON),
    dict[str, str]: maps(st.text()),
    dict[str, float]: maps(FLOATS),
}


def records(record: type, **fixed: Any) -> st.SearchStrategy[Any]:
    """Any instance of a record."""
    hints = get_type_hints(record)
    free = {name: hints[name] for name in columns(record) if name not in fixed}
    parts = {name: st.sampled_from(get_args(h)) if get_origin(h) is Literal else FIELDS[h] for name, h in free.items()}
    return st.builds(record, **parts, **{name: st.just(value) for name, value in fixed.items()})


def same(one: Any, other: Any) -> bool:
    """Equality in which nan equals nan."""
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def equal(one: Any, other: Any) -> bool:
    """Two records are the same, field by field."""
    return all(same(getattr(one, name), getattr(other, name)) for name in columns(type(one)))


def expected(value: float) -> float:
    """A number as the arrays give it: a count of -1 means not measured; a measured -1.0 is a number."""
    return math.nan if isinstance(value, int) and value == -1 else float(value)


def written(
    info: RunInfo, site: Site, parameter: Parameter, step: Step, signal: Signal, update: Update, event: Event
) -> Run:
    """Through the file and back."""
    with TemporaryDirectory() as folder:
        with closing(Writer.create(Path(folder) / "train", info)) as writer:
            writer.site(site)
            writer.parameter(parameter)
            writer.sample(step, [signal], [update], {site.index: (1, 5)})
            writer.event(event)
        return load(Path(folder) / "train.gs")


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    info=records(RunInfo, outcome="finished"),
    site=records(Site),
    parameter=records(Parameter),
    step=records(Step, step=7),
    signal=records(Signal, step=7, site=3),
    update=records(Update, step=7, parameter=4),
    event=records(Event),
)
def test_every_record_comes_back(
    info: RunInfo, site: Site, parameter: Parameter, step: Step, signal: Signal, update: Update, event: Event
) -> None:
    run = written(info, site, parameter, step, signal, update, event)
    assert equal(run.info, info)
    assert equal(run.sites[0], site)
    assert equal(run.parameters[0], parameter)
    assert equal(run.steps[0], step)
    assert equal(run.events[0], event)
    assert run.silent_units(site.index) == (1, 5)
    for name in numeric_columns(Signal):
        assert same(float(run.signal(3, name)[0]), expected(getattr(signal, name)))
    for name in numeric_columns(Update):
        assert same(float(run.update(4, name)[0]), expected(getattr(update, name)))
    assert all(same(run.signal_extra(3, key), [value]) for key, value in signal.extra.items())


def test_what_sqlite_or_json_do_not_know_is_kept_as_text(tmp_path: Path) -> None:
    info = RunInfo("a", ("caf\udce9.py",), "caf\udce9.py", 0.0)
    settings = {"betas": (0.9, 0.999), "rate": np.float32(0.5), "dtype": np.dtype("float32")}
    with closing(Writer.create(tmp_path / "train", info)) as writer:
        writer.sample(Step(0, 0.0, settings=settings), [], [])
    run = load(tmp_path / "train.gs")
    assert run.info.script == "caf\\udce9.py", "SQLite holds UTF-8 only"
    assert run.info.argv == info.argv
    assert run.steps[0].settings == {"betas": [0.9, 0.999], "rate": 0.5, "dtype": "float32"}


def test_signal_arrays_are_aligned_with_the_steps() -> None:
    steps = tuple(Step(number, 0.0, "SGD", loss=number / 2) for number in (0, 1, 4))
    signals = [Signal(4, 1, dead_units=2, signal=3.0), Signal(0, 1, dead_units=-1, extra={"k": "v"}), Signal(9, 1)]
    run = Run(RunInfo("a", (), "a.py", 0.0), (), (), steps, signals, [Update(1, 0, has_gradient=False)], ())
    np.testing.assert_array_equal(run.signal(1, "dead_units"), [np.nan, np.nan, 2.0])
    np.testing.assert_array_equal(run.signal(1, "signal"), [np.nan, np.nan, 3.0])
    np.testing.assert_array_equal(run.signal(2, "signal"), [np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(run.update(0, "has_gradient"), [np.nan, 0.0, np.nan])
    np.testing.assert_array_equal(run.step("loss"), [0.0, 0.5, 2.0])
    np.testing.assert_array_equal(run.step("training"), [1.0, 1.0, 1.0])
    assert run.step("optimizer").tolist() == ["SGD", "SGD", "SGD"]
    assert run.signal_extra(1, "k") == ["v", None, None]


def test_a_later_record_of_the_same_place_replaces_the_earlier() -> None:
    steps = (Step(0, 0.0),)
    signals = [Signal(0, 1, signal=1.0), Signal(0, 1, signal=2.0)]
    run = Run(RunInfo("a", (), "a.py", 0.0), (), (), steps, signals, [], ())
    assert run.signal(1, "signal").tolist() == [2.0]
