"""``gainstage approximate``: the table, the plot, JSON, the page, files, and refusals in a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gainstage.cli import main

WAVE = ("sin(3*x)*exp(-x/2)", "--on", "0,3", "--tolerance", "0.05")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["approximate", *arguments])
    done = capsys.readouterr()
    return code, done.out, done.err


def test_the_table_and_the_plot(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, *WAVE)
    assert code == 0
    for label in ("error at most", "certified", "units", "equal-width towers", "largest weight", "rounding"):
        assert label in out
    assert "⠤" in out


def test_json_has_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, *WAVE, "--unit", "relu", "--json", "--rates")
    document = json.loads(out)
    assert code == 0 and document["schema"] == "gainstage.approximate/1"
    assert document["measured_error"] <= document["bound"] <= document["tolerance"] == 0.05
    assert document["proof"] == "certified" and document["domain"] == [[0, 3]]
    assert document["layers"][0]["outputs"] == document["units"][0]
    assert {rate["placement"] for rate in document["rates"]} == {"equal widths", "placed"}


def test_formulas_and_intervals_may_begin_with_a_minus(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "-x^2", "--on", "-1,1", "--unit", "relu", "--json")
    assert code == 0 and json.loads(out)["domain"] == [[-1, 1]]


def test_two_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "x*y", "--on", "0,1", "--on", "0,1", "--tolerance", "0.3", "--unit", "relu")
    assert code == 0 and "diagonal" in out


def test_data_from_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "curve.csv"
    file.write_text("x,y\n0,1\n1,0\n2 5\n", encoding="utf-8")
    code, out, _ = run(capsys, "--data", str(file), "--unit", "relu")
    assert code == 0 and "3 points" in out and "nothing is proved" in out
    file.write_text("0,1\n1,zero\n", encoding="utf-8")
    code, _, err = run(capsys, "--data", str(file))
    assert code == 2 and "line 2" in err


def test_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pytest.importorskip("safetensors")
    page, weights = tmp_path / "page.html", tmp_path / "model.pt"
    code, _, err = run(capsys, *WAVE, "--html", str(page), "--export", str(weights))
    assert code == 0 and "no pickle" in err
    content = weights.read_bytes()
    assert content[8:9] == b"{" and not content.startswith((b"\x80", b"PK"))  # neither a pickle nor a zip of one
    assert "<svg" in page.read_text(encoding="utf-8") and "certified" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("x^2", "--on", "0,1", "--unit", "linear"), "theorem does not hold"),
        (("sign(x)", "--on", "-1,1"), "jumps by"),
        (("x^2",), "say where"),
        ((), "say what"),
        (("x^2", "--on", "0"), "interval"),
        (("x^2", "--on", "0,inf"), "inf"),
        (("x^2", "--on", "0,1", "--export", "model.pkl"), ".safetensors"),
        (("x^2", "--on", "0,1", "--parameter", "slope"), "no value"),
    ],
)
def test_refusals_are_a_line_on_stderr(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    code, out, err = run(capsys, *arguments)
    assert code == 2 and not out and says in err and len(err.strip().splitlines()) == 1
