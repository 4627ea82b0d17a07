"""What notebooks show: short words, rich HTML without a script, and the magic that watches a cell."""

from __future__ import annotations

from typing import Any

import chains
import pytest
import sheets

import gainstage
from gainstage.errors import GainstageError
from gainstage.show.notebook import html


def test_short_forms_say_what_it_is() -> None:
    diagnosis = sheets.sick_diagnosis()
    assert repr(diagnosis).startswith("Diagnosis(GS201 vanishing-gradient [error], GS302 update-too-small [warning]")
    assert repr(diagnosis.findings[0]) == "Finding(GS201 vanishing-gradient [error] at net.0 (linear) and 13 more)"
    assert repr(gainstage.functions["leaky_relu"]).startswith("Card(leaky_relu, ")
    assert len(repr(diagnosis)) < 250


@pytest.mark.parametrize("make", [
    sheets.sick_diagnosis,
    lambda: sheets.sick_diagnosis().findings[0],
    lambda: chains.chain(5),
    lambda: gainstage.functions["gelu"],
    lambda: gainstage.functions["softmax"],
])  # fmt: skip
def test_rich_forms_need_no_script_and_no_page_around_them(make: Any) -> None:
    made = make()
    shown = made._repr_html_()
    assert shown == made._repr_html_()  # a notebook that is run again does not differ
    assert shown.startswith('<div class="gainstage notebook">')
    assert shown.count("<div") == shown.count("</div>")
    assert "<script" not in shown
    assert "url(http" not in shown


def test_two_runs_in_one_notebook_do_not_share_names() -> None:
    from dataclasses import replace

    first, second = (chains.chain(3, info=replace(chains.INFO, identifier=name)) for name in ("a", "b"))
    names = [{part.split('"')[0] for part in run._repr_html_().split(' id="')[1:]} for run in (first, second)]
    assert names[0] & names[1] == {"gs-weights", "gs-normalisation", "gs-dropout", "gs-residual"}


def test_what_has_no_form_says_so() -> None:
    with pytest.raises(TypeError, match="no notebook form of int"):
        html(3)


class Shell:
    """The little of an IPython shell that the magic needs."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {}
        self.magics: dict[tuple[str, str], Any] = {}

    def register_magic_function(self, function: Any, kind: str, name: str) -> None:
        self.magics[kind, name] = function

    def transform_cell(self, cell: str) -> str:
        return cell.replace("%magic", "magic = 1")


CELL = """
%magic
import torch
layer = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(layer.parameters(), lr=0.01)
for _ in range(3):
    optimizer.zero_grad()
    layer(torch.randn(8, 4)).square().mean().backward()
    optimizer.step()
"""


def test_the_magic_watches_a_cell_and_keeps_its_names() -> None:
    shell = Shell()
    gainstage.load_ipython_extension(shell)  # type: ignore[attr-defined]
    diagnosis = shell.magics["cell", "gainstage"]("--every 1", CELL)
    assert diagnosis.run.sampled == 3
    assert shell.user_ns["magic"] == 1
    assert "layer" in shell.user_ns


def test_the_magic_lets_errors_through_and_tells_wrong_options() -> None:
    shell = Shell()
    gainstage.load_ipython_extension(shell)  # type: ignore[attr-defined]
    magic = shell.magics["cell", "gainstage"]
    with pytest.raises(ZeroDivisionError):
        magic("", "1 / 0")
    with pytest.raises(GainstageError, match="expected"):
        magic("--evry 1", "x = 1")
    assert "x" not in shell.user_ns
