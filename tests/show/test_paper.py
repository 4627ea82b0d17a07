"""Figures for papers: every kind in every format, the same bytes for the same run."""

from __future__ import annotations

from pathlib import Path

import pytest
import sheets

from gainstage.cli.figure import KINDS as DOCUMENTED
from gainstage.errors import GainstageError
from gainstage.show.paper import KINDS, save

pytest.importorskip("matplotlib", reason="pip install 'gainstage[figures]'")


def test_the_command_s_help_lists_all_of_them() -> None:
    assert DOCUMENTED.split(", ") == list(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_and_drawn_alike_again(kind: str, tmp_path: Path) -> None:
    first, second = tmp_path / "a.svg", tmp_path / "b.svg"
    for file in (first, second):
        save(sheets.sick(), kind, file)
    assert first.read_bytes() == second.read_bytes()
    text = first.read_text(encoding="utf-8")
    assert ("stage" if kind != "loss" else "step") in text  # as text, not as outlines


@pytest.mark.parametrize("ending, start", [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".SVG", b"<?xml")])
def test_the_ending_chooses_the_format(ending: str, start: bytes, tmp_path: Path) -> None:
    file = tmp_path / f"figure{ending}"
    save(sheets.two_networks(), "ladder", file)
    assert file.read_bytes().startswith(start)


@pytest.mark.parametrize("kind", ["ladder", "split", "loss", "update"])
def test_numbers_that_are_none_leave_gaps(kind: str, tmp_path: Path) -> None:
    if kind == "update":
        with pytest.raises(GainstageError, match="nothing to draw"):
            save(sheets.broken(), kind, tmp_path / "x.svg")
    else:
        save(sheets.broken(), kind, tmp_path / "x.svg")


def test_errors_say_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(GainstageError, match="there are ladder, split"):
        save(sheets.sick(), "leiter", tmp_path / "x.svg")
    with pytest.raises(GainstageError, match=r"ends in \.svg"):
        save(sheets.sick(), "ladder", tmp_path / "x.gif")
    with pytest.raises(GainstageError, match="nothing to draw"):
        save(sheets.empty(), "loss", tmp_path / "x.svg")
    with pytest.raises(GainstageError, match="cannot write"):
        save(sheets.sick(), "ladder", tmp_path / "no" / "x.svg")
