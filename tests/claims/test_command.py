"""``gainstage claims``: what it prints, what it keeps, what it says when it is used wrongly."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from gainstage.claims import CLAIMS, Claim, cache, judge
from gainstage.claims.claim import Part, part
from gainstage.cli import claims as command
from gainstage.cli import exits, main
from gainstage.show import claims as show
from gainstage.show.claims import claims_json, full, table
from gainstage.show.console import Terminal
from gainstage.show.machine import dumps

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of our own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "gainstage" / "claims"


class Counted:
    """An experiment that counts its runs, and whose claim holds while ``value`` is positive."""

    def __init__(self) -> None:
        self.runs, self.value = 0, 1.0

    def claim(self) -> Claim:
        def measure() -> dict[str, Any]:
            self.runs += 1
            return {"value": self.value, "pair": (1, 2)}

        def decide(measured: dict[str, Any]) -> Iterator[Part]:
            assert measured["pair"] == [1, 2]  # as JSON has it, on the first call too
            yield part("it is positive", measured["value"] > 0, "x", "experiment", value=measured["value"])

        return Claim("counted", "The value is positive.", decide, measure)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    made = Counted()
    monkeypatch.setitem(CLAIMS, "counted", made.claim())
    return made


def test_an_experiment_runs_once_and_again_on_request(counted: Counted) -> None:
    first = judge(CLAIMS["counted"])
    counted.value = -1.0
    second = judge(CLAIMS["counted"])
    assert (first.verdict, second.verdict, counted.runs) == ("holds", "holds", 1)
    assert second.seconds == first.seconds
    assert (judge(CLAIMS["counted"], again=True).verdict, counted.runs) == ("refuted", 2)
    assert judge(CLAIMS["counted"]).verdict == "refuted"


def test_what_is_kept_is_forgotten_when_its_code_changes(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(CLAIMS["counted"])
    monkeypatch.setattr(cache, "version", lambda name: "another torch")
    judge(CLAIMS["counted"])
    assert counted.runs == 2
    monkeypatch.setattr(cache, "getfile", lambda experiment: cache.__file__)
    judge(CLAIMS["counted"])
    assert counted.runs == 3


def test_a_broken_file_in_the_cache_is_measured_anew(counted: Counted, kept: Path) -> None:
    judge(CLAIMS["counted"])
    (file,) = kept.iterdir()
    for text in ("", "[]", '{"measured": 3}', "\x00"):
        file.write_text(text)
        judge(CLAIMS["counted"])
    assert counted.runs == 5
    assert [path.name for path in kept.iterdir()] == [file.name]


def test_a_cache_that_cannot_be_written_is_no_error(counted: Counted, kept: Path) -> None:
    kept.parent.mkdir(parents=True)
    kept.write_text("a file where the folder should be")
    assert judge(CLAIMS["counted"]).verdict == "holds"
    assert judge(CLAIMS["counted"]).verdict == "holds"
    assert counted.runs == 2


def test_ctrl_c_keeps_what_was_measured(counted: Counted, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def interrupt() -> dict[str, Any]:
        raise KeyboardInterrupt

    monkeypatch.setitem(CLAIMS, "stopped", Claim("stopped", "Never judged.", CLAIMS["counted"].judge, interrupt))
    assert main(["claims", "counted", "stopped"]) == 130
    assert "what was measured is kept" in capsys.readouterr().err
    assert main(["claims", "counted"]) == exits.OK
    assert counted.runs == 1


def test_the_document_for_machines(capsys: Capture) -> None:
    assert main(["claims", "tanh-monotonic", "sigmoid-range", "--json"]) == exits.OK
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert printed.err == ""
    assert document["schema"] == "gainstage.claims/1"
    assert [row["id"] for row in document["claims"]] == ["tanh-monotonic", "sigmoid-range"]
    row = document["claims"][0]
    assert set(row) == {"id", "statement", "verdict", "evidence", "proof", "seconds"}
    assert row["verdict"] == "refuted" and row["proof"] == "certified"
    assert row["evidence"]["parts"][0]["numbers"]["rises"][0][0] < 0


def test_quick_leaves_the_experiments_out_and_says_so(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    kept = {name: CLAIMS[name] for name in ("tanh-monotonic", "dead-half", "explode")}
    for name in set(CLAIMS) - set(kept):
        monkeypatch.delitem(CLAIMS, name)
    assert main(["claims", "--quick"]) == exits.OK
    text = capsys.readouterr().out
    assert "tanh-monotonic" in text and "dead-half" not in text
    assert "left out: 2 experiments" in text
    assert "next: gainstage claims tanh-monotonic" in text


def test_one_claim_is_told_in_full(capsys: Capture) -> None:
    assert main(["claims", "tanh-monotonic"]) == exits.OK
    text = capsys.readouterr().out
    assert CLAIMS["tanh-monotonic"].statement in text
    assert "f′(0) = 1" in text and "certified" in text


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["claims", "tanh-monotonc"], "no claim 'tanh-monotonc'; did you mean 'tanh-monotonic'"),
        (["claims", "dead-half", "--quick"], "dead-half need experiments"),
        (["claims", "--quik"], "did you mean --quick?"),
        (["claims", "--color", "sometimes"], "color"),
    ],
)
def test_wrong_use(arguments: list[str], complaint: str, capsys: Capture) -> None:
    assert main(arguments) == exits.USAGE
    assert complaint in capsys.readouterr().err


def test_missing_data_say_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    from gainstage.claims import data

    data.digits.cache_clear()
    monkeypatch.setattr(data, "find_spec", lambda name: None)
    assert main(["claims", "zigzag"]) == exits.USAGE
    assert "pip install scikit-learn" in capsys.readouterr().err
    data.digits.cache_clear()


def test_lines_fit_the_terminal_whatever_stands_in_them() -> None:
    verdicts = [judge(CLAIMS[name]) for name in ("tanh-monotonic", "prelu-max", "softmax-example")]
    for width in (60, 80, 120):
        for unicode in (True, False):
            for text in (
                table(verdicts, Terminal(width, False, unicode), 3),
                full(verdicts, Terminal(width, False, unicode)),
            ):
                assert max(map(len, text.splitlines())) <= width
                assert unicode or text.isascii()


def test_numbers_that_are_none_are_null_and_text_is_escaped() -> None:
    verdict = judge(CLAIMS["softplus"])
    text = dumps(claims_json([verdict]))
    assert text.isascii() and "<" not in text
    assert "Infinity" not in text


class Screen(StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_terminals_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, shown in ((Screen(), True), (StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        progress = command.Progress(2)
        progress.start(CLAIMS["tanh-form"])
        progress.start(CLAIMS["dead-half"])
        progress.clear()
        assert ("judging tanh-form" in stream.getvalue() and "measuring dead-half" in stream.getvalue()) is shown
        assert stream.getvalue().endswith("\r\x1b[K") is shown


def test_the_table_counts_every_verdict() -> None:
    assert set(show.SPOKEN) == set(show.MARKS) == {"holds", "refuted", "depends"}


def test_claims_import_torch_only_when_they_need_it() -> None:
    program = """
import sys
from gainstage.cli import main
assert main(["claims", "tanh-monotonic", "elu-centre"]) == 0
assert "torch" not in sys.modules and "sklearn" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
