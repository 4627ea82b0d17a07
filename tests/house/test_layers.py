"""The rules of the house: imports point downward, readers never load torch, files and functions stay small."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
PACKAGE = SOURCE / "gainstage"
FILES = sorted(PACKAGE.rglob("*.py"))

# What each layer may import of the package, itself included. `errors`, `config` and `display` lie under all.
BASE = {"errors", "config", "display", "__version__"}
LAYERS = {
    "functions": BASE | {"functions"},
    "nn": BASE | {"functions", "nn"},
    "theory": BASE | {"functions", "theory"},
    "construct": BASE | {"functions", "construct"},
    "claims": BASE | {"functions", "theory", "claims"},
    "record": BASE | {"record"},
    "diagnose": BASE | {"functions", "theory", "record", "diagnose"},
    "prescribe": BASE | {"functions", "theory", "record", "observe", "diagnose", "prescribe"},
    "verify": BASE | {"observe", "record", "diagnose", "prescribe", "verify"},
    "comparison": BASE | {"theory", "observe", "record", "diagnose", "prescribe", "verify", "init", "comparison"},
    "advice": BASE | {"functions", "theory", "record", "diagnose", "advice"},
    "show": BASE
    | {"advice", "functions", "theory", "construct", "claims", "record", "diagnose", "prescribe", "verify"}
    | {"comparison", "show"},
    "live": BASE | {"record", "diagnose", "show", "live"},
    "lab": BASE | {"functions", "theory", "construct", "record", "diagnose", "show", "live", "lab"},
    "observe": BASE | {"functions", "record", "observe"},
    "integrations": BASE | {"api", "observe", "diagnose", "show", "integrations"},
    "export": BASE | {"record", "diagnose", "show", "export"},
    "init": BASE | {"functions", "theory", "record", "observe", "nn", "init"},
}
LONGEST_FILE = 260
LONGEST_FUNCTION = 50
USUAL_FUNCTION = 35


def imported(file: Path) -> Iterator[tuple[str, bool]]:
    """Modules that ``file`` imports, and whether it does so as soon as it is imported itself."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    lazy = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or is_for_types(node)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) not in lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from gainstage import config` imports a part of the package as well.
            parts = [f".{alias.name}" for alias in node.names] if node.module == "gainstage" else [""]
            yield from ((node.module + part, id(node) not in lazy) for part in parts)


def is_for_types(node: ast.AST) -> bool:
    """``if TYPE_CHECKING:``"""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def named(file: Path) -> str:
    return str(file.relative_to(PACKAGE))


@pytest.mark.parametrize("file", [file for file in FILES if file.relative_to(PACKAGE).parts[0] in LAYERS], ids=named)
def test_imports_point_downward(file: Path) -> None:
    layer = file.relative_to(PACKAGE).parts[0]
    parts = {name.split(".")[1] for name, _ in imported(file) if name.startswith("gainstage.")}
    assert parts <= LAYERS[layer]


@pytest.mark.parametrize("file", FILES, ids=named)
def test_only_observing_imports_torch(file: Path) -> None:
    layer = file.relative_to(PACKAGE).parts[0]
    torch = [at_once for name, at_once in imported(file) if name.partition(".")[0] == "torch"]
    late_layers = ("api.py", "testing.py", "claims", "export", "integrations", "prescribe", "verify", "comparison")
    late = layer in late_layers or named(file) == "functions/cost.py"
    free_files = ("construct/module.py", "integrations/standin.py", "lab/assets/plane.py")
    free = layer in ("observe", "nn", "init", "demo") or named(file) in free_files
    assert not torch or free or (late and not any(torch))


def test_proofs_are_imported_when_they_are_asked_for() -> None:
    """sympy takes a third of a second: it and flint are known in two folders, which nothing imports at once."""
    folders = ("functions/exact/", "construct/exact/")
    for file in FILES:
        inside = named(file).startswith(folders)
        for name, at_once in imported(file):
            proves = name.removeprefix("gainstage.").replace(".", "/") + "/"
            exact = name.split(".")[0] in ("sympy", "flint") or proves.startswith(folders)
            assert inside or not (exact and at_once), f"{named(file)} imports {name}"


def test_rich_is_imported_in_one_file() -> None:
    users = [named(file) for file in FILES if any(name.partition(".")[0] == "rich" for name, _ in imported(file))]
    assert users == ["show/console.py"]


def test_libcst_is_imported_in_one_folder() -> None:
    users = {named(file) for file in FILES if any(name.partition(".")[0] == "libcst" for name, _ in imported(file))}
    assert users
    assert all(user.startswith("prescribe/source/") for user in users)


def test_relative_imports_are_not_used() -> None:
    users = [
        named(file)
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert users == []


@pytest.mark.parametrize("file", FILES, ids=named)
def test_files_and_functions_are_small(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    assert {name: size for name, size in functions(text) if size > LONGEST_FUNCTION} == {}


def test_functions_are_small_as_a_rule() -> None:
    sizes = sorted(size for file in FILES for _, size in functions(file.read_text(encoding="utf-8")))
    assert sizes[int(0.9 * len(sizes))] <= USUAL_FUNCTION


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Name and length in lines of every function; the docstring does not count, documentation may be long."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert node.end_lineno is not None
            documentation = ast.get_docstring(node, clean=False)
            yield node.name, node.end_lineno - node.lineno + 1 - len((documentation or "").splitlines())


@pytest.mark.parametrize("file", [file for file in FILES if file.stat().st_size], ids=named)
def test_public_things_have_docstrings(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    public = [
        node
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
    ]
    without = [node.name for node in public if not ast.get_docstring(node)]
    assert ast.get_docstring(tree), "the module itself"
    assert without == []


READERS = """
import importlib, pkgutil, sys
import gainstage
names = ["gainstage.cli", "gainstage.config", "gainstage.errors"]
layers = "record diagnose show live lab functions theory claims verify comparison advice cli"
for layer in layers.split():
    package = importlib.import_module(f"gainstage.{layer}")
    names += [entry.name for entry in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    importlib.import_module(name)
assert "torch" not in sys.modules, "torch was imported"
print(len(names))
"""


def fresh(program: str) -> subprocess.CompletedProcess[str]:
    """Run ``program`` in an interpreter of its own."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_readers_start_without_torch() -> None:
    done = fresh(READERS)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20


@pytest.mark.parametrize("command", ["--help", "run --help", "--version", "rules", "rules --json", "explain GS301"])
def test_commands_start_without_torch(command: str) -> None:
    heavy = {"torch"} if command.startswith(("rules", "explain")) else {"torch", "numpy", "rich"}
    program = f"""
import sys
from gainstage.cli import main
assert main({command.split()!r}) == 0
assert not {heavy!r} & set(sys.modules)
"""
    done = fresh(program)
    assert done.returncode == 0, done.stderr


def test_the_observer_wakes_before_neither_torch_nor_numpy() -> None:
    program = "import sys, gainstage.observe.child; assert not {'torch', 'numpy', 'rich'} & set(sys.modules)"
    assert fresh(program).returncode == 0
