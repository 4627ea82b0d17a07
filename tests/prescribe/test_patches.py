"""Patches are safe: only the lines of the remedy change, whatever the script looks like."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import HEAD, cured, loop, run, sgd

from gainstage.prescribe.candidate import Change
from gainstage.prescribe.diff import unified
from gainstage.prescribe.source.patch import CannotPatch, Patch
from gainstage.prescribe.source.script import Script

FUNCTION = '''"""A script."""
from __future__ import annotations
import torch  # the usual
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(8, 32),  # first
            nn.ReLU(),

            nn.Linear(32, 2),   nn.Softmax(dim=1),
        )

    def forward(self, x): return self.layers(x)


def main(steps=60):
    torch.manual_seed(0)
    X = torch.randn(512, 8); y = (X[:, 0] > 0).long()
    model = Net()
    optimizer = torch.optim.SGD(
        model.parameters(),
        lr=0.1,  # careful
    )
    for step in range(steps):
        optimizer.zero_grad(); loss = nn.functional.cross_entropy(model(X), y); loss.backward(); optimizer.step()


if __name__ == "__main__":
    main()'''


def layouts() -> dict[str, str]:
    """The same script as others would have it."""
    tabs = "\n".join(line.replace("    ", "\t") for line in FUNCTION.split("\n"))
    return {
        "no last newline": FUNCTION,
        "windows": FUNCTION.replace("\n", "\r\n"),
        "tabs": tabs,
        "aliases": FUNCTION.replace("import torch  # the usual", "import torch as T").replace("torch.", "T.")
        .replace("from torch import nn", "import torch.nn as nn"),
        "names": FUNCTION.replace("import nn", "import nn\nfrom torch.nn import Linear as L, ReLU")
        .replace("nn.Linear", "L").replace("nn.ReLU", "ReLU"),
        "star": FUNCTION.replace("from torch import nn", "from torch import nn\nfrom torch.nn import *")
        .replace("nn.Linear", "Linear").replace("nn.ReLU", "ReLU").replace("nn.Softmax", "Softmax"),
        "greek": FUNCTION.replace("X", "Ξ").replace("# careful", "# vorsichtig — größer"),
    }  # fmt: skip


@pytest.mark.parametrize("layout", list(layouts()))
def test_every_layout_is_patched_and_runs(layout: str, tmp_path: Path) -> None:
    text = layouts()[layout]
    sick = run(text, tmp_path)
    assert sick.finding("GS501") is not None
    candidate = sick.remedy("drop-output-activation")[0]
    (change,) = candidate.changes
    assert change.before == text
    assert change.after == text.replace("Softmax(dim=1)", "Identity()")
    assert cured(sick, candidate, tmp_path).finding("GS501") is None


def statements(text: str) -> list[str]:
    """Every statement that holds no other one, in order."""
    tree = ast.parse(text)
    simple = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not hasattr(node, "body")]
    return [ast.dump(node) for node in sorted(simple, key=lambda node: (node.lineno, node.col_offset))]


def kept(before: list[str], after: list[str]) -> int:
    """How many statements stay, in their order: the longest common subsequence, which difflib only approximates."""
    lengths = [0] * (len(after) + 1)
    for old in before:
        row = [0]
        for place, new in enumerate(after):
            row.append(lengths[place] + 1 if old == new else max(lengths[place + 1], row[-1]))
        lengths = row
    return lengths[-1]


NAMES = st.sampled_from(["a", "b", "total", "größe"])
SIMPLE = st.builds("{} = {}({})".format, NAMES, st.sampled_from(["f", "g.h", "torch.relu"]), NAMES)


KINDS = ["simple", "simple", "comment", "two", "loop", "one line"]


@st.composite
def blocks(draw: st.DrawFn, depth: int = 0) -> list[str]:
    """Lines of a program: statements, comments, loops and functions."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(KINDS if depth < 2 else KINDS[:1]))
        if kind == "loop":
            lines.append(draw(st.sampled_from(["for i in x:", "while f(a):  # on", "if a:", "with f(a) as b:"])))
            lines += ["    " + line for line in draw(blocks(depth + 1))]
        elif kind == "one line":
            lines.append(f"for i in x: {draw(SIMPLE)}")
        elif kind == "two":
            lines.append(f"{draw(SIMPLE)}; {draw(SIMPLE)}")
        elif kind == "comment":
            lines += ["# a comment — kept", draw(SIMPLE) + "  # and this"]
        else:
            lines.append(draw(SIMPLE))
    return lines


@settings(max_examples=60, deadline=None)
@given(blocks(), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.data())
def test_nothing_but_the_touched_statement_changes(
    lines: list[str], newline: str, ended: bool, data: st.DataObject
) -> None:
    text = newline.join(lines) + (newline if ended else "")
    script = Script("train.py", text)
    call = data.draw(st.sampled_from(script.calls))
    action = data.draw(st.sampled_from(["replace", "before", "after", "remove", "argument"]))
    patch = Patch(script)
    try:
        match action:
            case "replace":
                patch.replace(call, "new(1)")
            case "before":
                patch.before(call, ["new(1)", "new(2)"])
            case "after":
                patch.after(call, ["new(1)", "new(2)"])
            case "remove":
                patch.remove(call)
            case _:
                patch.add_argument(call, "new=1")
    except CannotPatch:
        return
    after = patch.text()
    before_, after_ = statements(text), statements(after)
    assert kept(before_, after_) >= len(before_) - (action in ("replace", "remove", "argument"))
    assert after.count("#") >= text.count("#") - (action == "remove")
    if "\r\n" in text:
        assert "\n" not in after.replace("\r\n", "")


def test_a_block_breaks_a_line_that_others_share() -> None:
    script = Script("train.py", "if a:\n    net = f(); step = g(net)  # both\nelse: h(1)\n")
    first, second, third = (next(call for call in script.calls if script.name(call) == name) for name in "fgh")
    patch = Patch(script)
    patch.before(second, ["for p in net:", "    p.zero_()"])
    assert patch.text() == (
        "if a:\n    net = f()\n    for p in net:\n        p.zero_()\n    step = g(net)  # both\nelse: h(1)\n"
    )
    other = Patch(script)
    other.after(first, ["for p in net:", "    p.zero_()"])
    assert other.text() == patch.text()
    with pytest.raises(CannotPatch, match="behind the colon"):
        patch.before(third, ["for p in net:", "    p.zero_()"])


def test_an_import_is_added_once_and_behind_the_docstring() -> None:
    script = Script("train.py", '"""What it does."""\nfrom __future__ import annotations\nx = 1\n')
    first, second = Patch(script), Patch(script)
    assert first.spelled("torch.nn.Tanh") == second.spelled("torch.nn.Tanh") == "torch.nn.Tanh"
    assert first.edits == second.edits
    compile(first.text(), "train.py", "exec")
    assert first.text().startswith('"""What it does."""\n')


def test_a_diff_marks_a_missing_last_newline_and_applies() -> None:
    text = unified([Change("train.py", "a = 1\r\nlr = 5", "a = 1\r\nlr = 0.1")])
    assert text == (
        "--- train.py\n+++ train.py\n@@ -1,2 +1,2 @@\n a = 1\r\n-lr = 5\n\\ No newline at end of file\n"
        "+lr = 0.1\n\\ No newline at end of file\n"
    )


def test_a_script_is_not_python() -> None:
    with pytest.raises(Exception, match="not Python that can be changed"):
        Script("train.py", "for")


def test_random_numbers_of_the_script_are_not_shifted(tmp_path: Path) -> None:
    text = HEAD + "model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))\n"
    text += "for p in model.parameters():\n    nn.init.constant_(p, 0.1)\n" + sgd() + loop(steps=30)
    text += "after = torch.rand(4)\n"
    sick = run(text, tmp_path)
    again = cured(sick, sick.remedy("reinitialise")[0], tmp_path)
    assert sick.names["after"].equal(again.names["after"])
