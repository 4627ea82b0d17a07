"""Flags over the environment over pyproject.toml over defaults; what is unknown or does not fit is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gainstage.config import Config, codes, read, share, switched_off
from gainstage.errors import GainstageError


def test_each_layer_overrides_the_one_below(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.gainstage]\nbudget = "3%"\nfail-on = "error"\nevery = 5\n')
    inner = tmp_path / "code" / "deep"
    inner.mkdir(parents=True)
    environment = {"GAINSTAGE_BUDGET": "0.02", "GAINSTAGE_FAIL_ON": "warning", "GAINSTAGE_OFF": "1", "PATH": "x"}
    config = read({"budget": "5%", "every": None}, folder=inner, environment=environment)
    assert (config.budget, config.fail_on, config.every) == (0.05, "warning", 5)
    assert read({}, folder=inner, environment={}).fail_on == "error"


def test_defaults(tmp_path: Path) -> None:
    assert read({}, folder=tmp_path, environment={}) == Config()


def test_only_the_nearest_pyproject_counts(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.gainstage]\nevery = 5\n")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    assert read({}, folder=tmp_path / "inner", environment={}) == Config()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[tool.gainstage]\nbugdet = 1\n", r"unknown setting 'bugdet'; did you mean 'budget'\?"),
        ("[tool.gainstage]\nfail_om = 'x'\n", "did you mean 'fail-on'"),
        ("[tool.gainstage]\nbudget = '200%'\n", "budget = '200%': expected a share above 0 and at most 100 %"),
        ("[tool.gainstage]\nevery = 1.5\n", "every = 1.5: expected a whole number"),
        ("[tool.gainstage]\ncolor = 'alway'\n", "expected one of auto, always, never; did you mean 'always'"),
        ("[tool.gainstage]\nsource = 'maybe'\n", "expected true or false"),
        ("[tool.gainstage]\nselect = 3\n", "select = 3"),
        ("[tool.gainstage\n", "cannot read"),
        ("[tool]\ngainstage = 3\n", "must be a table"),
    ],
)
def test_a_bad_file_is_refused_by_name(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(GainstageError, match=complaint) as caught:
        read({}, folder=tmp_path, environment={})
    assert "pyproject.toml" in str(caught.value)


def test_a_bad_variable_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(GainstageError, match="'GAINSTAGE_EVRY'; did you mean 'GAINSTAGE_EVERY'"):
        read({}, folder=tmp_path, environment={"GAINSTAGE_EVRY": "1"})


@given(st.floats(min_value=1e-6, max_value=1, exclude_min=True))
def test_a_share_and_its_percentage_are_the_same(number: float) -> None:
    assert share(f"{number * 100!r}%") == pytest.approx(share(number))


@pytest.mark.parametrize("value", ["0", "-1%", "nan", "inf", "101%", "x", "", "%", True])
def test_what_is_no_share(value: object) -> None:
    with pytest.raises(ValueError, match="expected a share"):
        share(value)


@given(st.lists(st.text("GS0123456789", min_size=1)))
def test_codes_are_read_from_text_and_lists(entries: list[str]) -> None:
    assert codes(" , ".join(entries)) == codes(entries) == tuple(entries)


@pytest.mark.parametrize(("value", "off"), [("", False), ("0", False), ("1", True), ("yes", True)])
def test_the_kill_switch(value: str, off: bool) -> None:
    assert switched_off({"GAINSTAGE_OFF": value}) is off
    assert not switched_off({})
