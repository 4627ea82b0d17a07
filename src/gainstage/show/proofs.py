"""What ``gainstage fix`` has proved, read back from its JSON, for the findings that it was about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gainstage.errors import GainstageError

SCHEMA = "gainstage.fix/1"


@dataclass(frozen=True, slots=True)
class Trial:
    """One remedy that was tried.

    ``codes`` are the findings that it was for. ``mean``, ``low`` and ``high`` compare its measure with the untouched
    training's, as a ratio or a difference (``scale``), with a 95 % interval. Of a remedy that was followed to the
    script's end, ``untouched_end`` and ``cured_end`` are the loss or the metric there; ``nan`` otherwise.
    """

    remedy: str
    codes: tuple[str, ...]
    proved: bool
    predicted: str
    measured: str
    measure: str
    seeds: int
    scale: str
    mean: float
    low: float
    high: float
    untouched_end: float
    cured_end: float


def read(file: Path) -> tuple[Trial, ...]:
    """The trials of a document that ``gainstage fix --json FILE`` has written.

    Raises:
        GainstageError: when it cannot be read or is something else.
    """
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        if document.get("schema") != SCHEMA:
            raise ValueError(f"its schema is {str(document.get('schema'))!r:.40}")
        return tuple(_trial(entry, document) for entry in document["candidates"] if entry["against_untouched"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise GainstageError(
            f"cannot read --proof {file}: expected what `gainstage fix --json FILE` writes ({SCHEMA}): {error}"
        ) from error


def _trial(entry: Mapping[str, Any], document: Mapping[str, Any]) -> Trial:
    effect, final = entry["against_untouched"], entry["final"] or {}
    return Trial(
        remedy=str(entry["remedy"]),
        codes=tuple(str(code) for code in entry["codes"]),
        proved=entry["proved"] is True,
        predicted=str(entry["predicted"]["text"]),
        measured=str(entry["measured"]["text"]),
        measure=str((document["measure"] or {}).get("name", "the measure")),
        seeds=int(document["seeds"]),
        scale=str(effect["scale"]),
        mean=_number(effect["mean"]),
        low=_number(effect["low"]),
        high=_number(effect["high"]),
        untouched_end=_number(final.get("untouched")),
        cured_end=_number(final.get("cured")),
    )


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
