"""Kernels are built once, kept, and done without."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import torch

from gainstage.nn import compiler, native, operators
from gainstage.nn.elementwise import elementwise
from gainstage.nn.formulas import FORMULAS
from nn.reference import CONSTANTS


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A cache folder of its own, and nothing remembered."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for cached in (compiler.library, native.kernel):
        cached.cache_clear()
    yield
    for cached in (compiler.library, native.kernel):
        cached.cache_clear()


def formulas_alone() -> bool:
    x = torch.linspace(-8, 8, 100)
    return torch.equal(elementwise(x, "gelu"), FORMULAS["gelu"].value(x.double()).float())


def test_without_a_compiler_the_formulas_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CC", str(tmp_path / "no-such-compiler"))
    assert compiler.library("f32") is None
    assert formulas_alone()


def test_with_a_compiler_that_fails_the_formulas_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "false")
    assert compiler.library("f32") is None
    assert formulas_alone()


def test_kernels_may_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAINSTAGE_KERNELS", "0")
    assert compiler.library("f32") is None
    assert formulas_alone()


@pytest.mark.skipif(compiler.library("f32") is None, reason="no C compiler")
def test_a_library_is_built_once_and_found_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert compiler.library("f32") is not None
    (built,) = (tmp_path / "gainstage").iterdir()
    compiler.library.cache_clear()
    asked: list[list[str]] = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda command, **more: asked.append(command) or run(command, **more))
    assert compiler.library("f32") is not None
    assert [command[1:] for command in asked] == [["--version"]]
    assert list((tmp_path / "gainstage").iterdir()) == [built]


@pytest.mark.slow
@pytest.mark.skipif(compiler.library("f32") is None, reason="no C compiler")
def test_the_oldest_instruction_set_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    x = torch.cat([torch.linspace(-30, 30, 20_001), torch.logspace(-38, 38, 20_001), -torch.logspace(-38, 38, 20_001)])
    native_build = {name: both(x, name) for name in FORMULAS}
    for cached in (compiler.library, native.kernel):
        cached.cache_clear()
    monkeypatch.setattr(compiler, "ATTEMPTS", (("-fopenmp",),))
    for name, expected in native_build.items():
        assert all(torch.equal(a, b) for a, b in zip(both(x, name), expected, strict=True)), name


def both(x: torch.Tensor, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Values and gradients."""
    constants = CONSTANTS.get(name, ())
    return operators.value(x, name, constants), operators.pullback(torch.ones_like(x), x, name, constants)
