"""The page of remedies: what each one does, how safe it is, what it rests on, which findings ask for it."""

from __future__ import annotations

import ast
import inspect
import sys
from collections import defaultdict
from pathlib import Path

from gainstage.diagnose import rules as rules_package
from gainstage.prescribe.choose import makers
from gainstage.prescribe.draft import Maker
from gainstage.prescribe.live.choose import MAKERS as LIVE
from gainstage.prescribe.remedies.by_hand import BY_HAND

HEAD = """\
# Remedies

What `gainstage fix` may try, and what `gainstage.remedies(diagnosis)` may do to a model in memory. A remedy is a patch
of the script: only the lines of the remedy change, and what is tried is what you would get. **safe** changes only scale
or start; **unsafe** changes architecture, loss, data or optimizer and is tried with `--unsafe`. The predicted number is
the rule's own, computed from what was measured in the run; each [rule's page](rules/index.md) says how. Where the
source gives no certain place, the lines to write are printed instead. *Live*: can be applied to a model in memory and
undone to the last bit. With `lower-learning-rate` comes `warm-up` where there is attention (Vaswani et al. 2017,
section 5.3), with `zero-bias`, live, `revive`: dead units alone are drawn again.

| remedy | what it does | safety | live | asked for by | source |
| --- | --- | --- | --- | --- | --- |
"""


def page() -> str:
    """The whole page; a row for every remedy that a rule names, and those that only follow from the script."""
    asked = emitted()
    names = sorted(asked.keys() | makers().keys() | BY_HAND.keys())
    return HEAD + "".join(row(name, asked.get(name, {})) for name in names)


def row(name: str, asked: dict[str, str]) -> str:
    """One remedy."""
    maker = makers().get(name)
    what = inspect.cleandoc(maker.__doc__ or "").splitlines()[0] if maker is not None else f"By hand: {BY_HAND[name]}."
    safety = ", ".join(sorted(set(asked.values()))) or "unsafe"
    codes = ", ".join(f"[{code}](rules/{code}.md)" for code in sorted(asked))
    live = "yes" if name in LIVE else ""
    return f"| {name} | {what.replace('|', '&#124;')} | {safety} | {live} | {codes} | {'; '.join(sources(maker))} |\n"


def emitted() -> dict[str, dict[str, str]]:
    """Names of remedies in the rules' source, each with the codes that name it and their safety."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    folder = Path(rules_package.__path__[0])
    for file in [*folder.glob("gs*.py"), *folder.parent.glob("*.py")]:
        codes = [file.name[:5].upper()] if file.parent == folder else users(folder, file.stem)
        for name, safety in named_in(file):
            found[name].update(dict.fromkeys(codes, safety))
    return found


def users(folder: Path, module: str) -> list[str]:
    """Rules that import a module beside them."""
    return [file.name[:5].upper() for file in folder.glob("gs*.py") if f".{module} import" in file.read_text("utf-8")]


def named_in(file: Path) -> list[tuple[str, str]]:
    """(remedy, safety) as written in one file: in calls of ``Remedy`` and ``Mismatch``, and in tables of remedies."""
    found: list[tuple[str, str]] = []
    table = "safe" if "blocked" in file.name else "unsafe"
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [item.value for item in node.args if isinstance(item, ast.Constant) and isinstance(item.value, str)]
            if node.func.id == "Remedy" and len(texts) > 1 and texts[1] in ("safe", "unsafe"):
                found.append((texts[0], texts[1]))
            elif node.func.id == "Mismatch" and texts:
                found.append((texts[-1], "unsafe"))
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "REMEDIES":
            assert isinstance(node.value, ast.Dict)
            for value in node.value.values:
                assert isinstance(value, ast.Tuple) and isinstance(value.elts[0], ast.Constant)
                found.append((str(value.elts[0].value), table))
    return found


def sources(maker: Maker | None) -> list[str]:
    """What the maker cites, in the order of its text."""
    if maker is None:
        return []
    scope = vars(sys.modules[maker.__module__])
    found: dict[str, None] = {}
    for node in ast.walk(ast.parse(inspect.getsource(maker))):
        if isinstance(node, ast.keyword) and node.arg == "source":
            value = node.value
            if isinstance(value, ast.Constant):
                found[str(value.value)] = None
            elif isinstance(value, ast.Name) and isinstance(scope.get(value.id), str):
                found[scope[value.id]] = None
            elif isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name):
                found |= dict.fromkeys(scope[value.value.id].values())
    return list(found)
