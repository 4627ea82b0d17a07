"""``gainstage propagation``: what it prints, writes and refuses."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from gainstage.cli import main

SMALL = ["--depth", "12", "--width", "16", "--seeds", "1"]


def test_it_prints_the_chain_and_one_next_command(capsys):
    assert main(["propagation", "--activation", "tanh", *SMALL]) == 0
    text = capsys.readouterr().out
    assert "tanh, 12 stages of 16 units, torch start" in text
    assert text.count("next: gainstage ") == 1


def test_json_is_one_document(capsys):
    assert main(["propagation", "--activation", "silu", "--residual", "--norm", "--json", *SMALL]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["network"]["block"] == "pre-norm"
    assert len(document["stages"]) == 12


def test_the_figure_is_written(tmp_path, capsys):
    file = tmp_path / "chain.svg"
    assert main(["propagation", "--figure", str(file), *SMALL]) == 0
    assert file.read_text(encoding="utf-8").startswith("<svg")
    assert main(["propagation", "--figure", str(tmp_path / "none" / "a.svg"), *SMALL]) == 2
    assert "cannot write --figure" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--activation", "gello"], "did you mean"),
        (["--activation", "softmax"], "whole vector"),
        (["--init", "kaiming"], "expected one of torch, he"),
        (["--depth", "0"], "no whole number above 0"),
        (["--parameter", "slope"], "has no value"),
        (["--activation", "elu", "--parameter", "beta=1"], "no parameter 'beta'"),
        (["--input-variance", "0"], "expected a positive number"),
        (["--input-variance", "nan"], "expected a positive number"),
        (["--post-norm", "--norm"], "goes with neither"),
        (["--activation", "softplus", "--init", "critical"], "no edge of chaos"),
        (["--depth", "10000", "--width", "10000"], "GB"),
    ],
)
def test_wrong_use_is_told_and_ends_with_two(arguments, said, capsys):
    assert main(["propagation", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_it_needs_no_torch():
    program = f"""
import sys
from gainstage.cli import main
assert main(["propagation", *{SMALL!r}]) == 0
assert not {{"torch", "scipy", "sympy", "flint"}} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
