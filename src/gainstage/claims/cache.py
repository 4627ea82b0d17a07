"""What experiments measured, kept in the user's cache folder until their code or torch changes."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from inspect import getfile
from pathlib import Path
from typing import Any

from gainstage.claims.claim import Claim

SHARED = ("networks.py", "data.py", "timing.py")  # what experiments stand on


def folder() -> Path:
    """Where measurements are kept: XDG_CACHE_HOME, or the platform's own place for caches."""
    home = Path.home()
    given = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    place = Path(given) if given else home / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    return place / "gainstage" / "claims"


def place(one: Claim) -> Path:
    """The file for what ``one`` measures; to be asked for before measuring, since its code may change meanwhile."""
    return folder() / f"{one.id}-{_digest(one)}.json"


def load(path: Path) -> tuple[dict[str, Any], float] | None:
    """Measurements and the seconds they took; None where there are none or they cannot be read."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return dict(kept["measured"]), float(kept["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def store(path: Path, measured: dict[str, Any], seconds: float) -> None:
    """Keep measurements; a folder that cannot be written costs the next call its time and is no error."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Under its own name only when it is whole: a reader or a Ctrl-C must not meet half a file.
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({"measured": measured, "seconds": seconds}), encoding="utf-8")
        draft.replace(path)


def _digest(one: Claim) -> str:
    """Changes with the code of the experiment and what it stands on, with torch, and with the machine."""
    here = Path(__file__).parent
    files = [Path(getfile(one.experiment)), *(here / name for name in SHARED)] if one.experiment else []
    state = hashlib.sha256(f"{_torch()} {platform.node()} {platform.machine()}".encode())
    for path in files:
        state.update(path.read_bytes())
    return state.hexdigest()[:16]


def _torch() -> str:
    try:
        return version("torch")
    except PackageNotFoundError:
        return "none"
