"""The callback comes right after the import, once, and nobody can tell."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from gainstage.observe.imports import ImportWatch, after_import

NAME = "gainstage_test_probe"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An importable package whose code can still be written."""
    monkeypatch.syspath_prepend(str(tmp_path))
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "__init__.py").write_text("from . import part\nvalue = part.value\n")
    (folder / "part.py").write_text(f"import {NAME}\nvalue = 3\n")
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]
    importlib.invalidate_caches()


def test_called_once_when_the_whole_module_is_there(module: Path) -> None:
    seen: list[int] = []
    before = list(sys.meta_path)
    after_import({NAME: lambda: seen.append(sys.modules[NAME].value)})
    assert seen == []
    importlib.import_module(NAME)
    assert seen == [3]
    assert sys.meta_path == before


def test_an_imported_module_is_reported_at_once(module: Path) -> None:
    importlib.import_module(NAME)
    seen: list[int] = []
    watch = after_import({NAME: lambda: seen.append(1)})
    assert seen == [1]
    assert watch not in sys.meta_path


def test_the_module_looks_as_in_plain_python(module: Path) -> None:
    plain = vars(importlib.import_module(NAME)).copy()
    del sys.modules[NAME], sys.modules[f"{NAME}.part"]
    after_import({NAME: lambda: None})
    watched = vars(importlib.import_module(NAME))
    assert type(watched["__loader__"]) is type(plain["__loader__"])
    assert watched["__spec__"].loader is watched["__loader__"]
    assert sorted(watched) == sorted(plain)
    assert str(watched["__spec__"]).partition("object at")[0] == str(plain["__spec__"]).partition("object at")[0]


def test_an_error_in_the_callback_does_not_reach_the_import(module: Path) -> None:
    def fail() -> None:
        raise RuntimeError("ours")

    after_import({NAME: fail})
    assert importlib.import_module(NAME).value == 3


def test_a_failing_import_shows_no_frame_of_ours_and_may_be_repeated(module: Path) -> None:
    (module / "part.py").write_text("raise RuntimeError('theirs')\n")
    seen: list[int] = []
    watch = after_import({NAME: lambda: seen.append(1)})
    with pytest.raises(RuntimeError, match="theirs") as caught:
        exec(f"import {NAME}", {})
    files = [frame.filename for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert not [file for file in files if "observe" in file]
    assert seen == []
    (module / "part.py").write_text("value = 4  # repaired\n")
    importlib.invalidate_caches()
    importlib.import_module(NAME)
    assert seen == [1]
    watch.uninstall()


def test_asking_whether_a_module_exists_is_not_importing_it(module: Path) -> None:
    seen: list[int] = []
    watch = after_import({NAME: lambda: seen.append(1)})
    spec = importlib.util.find_spec(NAME)
    assert spec is not None and spec.loader is not None
    assert spec.loader.get_filename(NAME) == spec.origin  # type: ignore[attr-defined]
    assert seen == []
    watch.uninstall()


def test_several_modules_each_have_their_callback(module: Path) -> None:
    seen: list[str] = []
    watch = after_import({name: lambda name=name: seen.append(name) for name in (f"{NAME}.part", NAME, "never_there")})
    importlib.import_module(NAME)
    assert seen == [f"{NAME}.part", NAME]
    assert watch in sys.meta_path
    watch.uninstall()
    watch.uninstall()
    assert not [finder for finder in sys.meta_path if isinstance(finder, ImportWatch)]
