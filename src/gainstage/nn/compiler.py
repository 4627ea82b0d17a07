"""Builds the kernels at first use and keeps them in the user's cache, one library for each format of numbers.

Nothing is built at import, and nothing needs to be: where there is no compiler, or GAINSTAGE_KERNELS=0 says so, the
formulas run instead, with the same results but slower.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

SOURCES = Path(__file__).parent / "kernels"
SECONDS = 120
# Contraction would round the vector body of a loop differently from its scalar tail.
COMMON = ("-std=gnu11", "-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off", "-shared", "-fPIC")
# From the fastest to what any compiler takes.
ATTEMPTS: tuple[tuple[str, ...], ...] = (
    ("-march=native", "-mprefer-vector-width=512", "-fopenmp"),
    ("-march=native", "-fopenmp"),
    ("-mcpu=native", "-fopenmp"),
    ("-fopenmp",),
    ("-fopenmp-simd",),
)


@cache
def library(format: str) -> ctypes.CDLL | None:
    """The kernels for ``format`` (``"f32"``, ``"bf16"``, ``"f16"``), or ``None`` where they cannot be had."""
    if os.environ.get("GAINSTAGE_KERNELS", "1") == "0" or sys.byteorder != "little":
        return None
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    try:
        return _loaded(compiler.split(), format, folder())
    except (OSError, subprocess.SubprocessError):
        return None


def folder() -> Path:
    """Where built kernels are kept: ``$XDG_CACHE_HOME/gainstage`` or ``~/.cache/gainstage``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gainstage"


def _loaded(compiler: list[str], format: str, kept: Path) -> ctypes.CDLL | None:
    built = kept / f"kernels-{format}-{_fingerprint(compiler)}.so"
    if not built.exists() and not _build(compiler, format, built):
        return None
    return ctypes.CDLL(str(built))


def _fingerprint(compiler: list[str]) -> str:
    """Changes with the sources, the flags, the compiler and the processor that the code is made for."""
    parts = [path.read_bytes() for path in sorted(SOURCES.iterdir()) if path.suffix in (".c", ".h")]
    version = subprocess.run([*compiler, "--version"], capture_output=True, timeout=SECONDS, check=True).stdout
    about = repr((compiler, COMMON, ATTEMPTS, platform.machine(), _processor())).encode()
    return hashlib.sha256(b"\0".join([*parts, version, about])).hexdigest()[:20]


def _processor() -> str:
    """The processor's instruction sets: a home folder may be shared by machines that differ."""
    try:
        described = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor()
    return next((line for line in described.splitlines() if line.startswith(("flags", "Features"))), "")


def _build(compiler: list[str], format: str, built: Path) -> bool:
    """Compile into a file of our own and rename it: two processes may arrive here at once."""
    built.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=built.parent) as place:
        made = Path(place) / built.name
        for flags in ATTEMPTS:
            command = [*compiler, *COMMON, *flags, f"-DFORMAT={format}", str(SOURCES / "kernels.c"), "-o", str(made)]
            if subprocess.run([*command, "-lm"], capture_output=True, timeout=SECONDS, check=False).returncode == 0:
                os.replace(made, built)
                return True
    return False
