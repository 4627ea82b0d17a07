"""Settings: the command line's flags > GAINSTAGE_* variables > [tool.gainstage] in pyproject.toml > defaults."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from gainstage.errors import GainstageError

PREFIX = "GAINSTAGE_"
LEVELS = ("error", "warning", "info", "never")
COLORS = ("auto", "always", "never")
# Variables under the prefix that are no settings: the kill switch, and the live page's secret.
SWITCH, TOKEN = f"{PREFIX}OFF", f"{PREFIX}TOKEN"


@dataclass(frozen=True, slots=True)
class Config:
    """What may be set about watching and reporting.

    Attributes:
        budget: share of wall time that observing may cost, 0...1.
        every: look at every n-th step and disregard the budget; 0 follows the budget.
        steps: stop observing (not the script) after this many steps; 0 never stops.
        select: rules to apply (codes, prefixes, names); empty applies all.
        ignore: rules to leave out.
        fail_on: lowest severity that makes the exit code 1, or "never"; "" is the command's default.
        output: name of the run file; "" takes the script's.
        color: "auto", "always" or "never".
        source: record which line of the script each operation comes from.
    """

    budget: float = 0.01
    every: int = 0
    steps: int = 0
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = ""
    output: str = ""
    color: str = "auto"
    source: bool = True


def read(
    flags: Mapping[str, Any], *, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Config:
    """The settings that hold for this call.

    Args:
        flags: values from the command line or the API by field name; ``None`` means not given.
        folder: where to look for pyproject.toml, upwards; default the current folder.
        environment: default ``os.environ``.

    Raises:
        GainstageError: on an unknown key or a value that does not fit, naming where it was set.
    """
    layers = (
        ("pyproject.toml", _file(folder or Path.cwd())),
        ("the environment", _environment(os.environ if environment is None else environment)),
        ("the command line", {name: value for name, value in flags.items() if value is not None}),
    )
    config = Config()
    for origin, values in layers:
        config = replace(config, **{name: _parse(name, value, origin) for name, value in values.items()})
    return config


def _file(folder: Path) -> dict[str, Any]:
    """``[tool.gainstage]`` of the nearest pyproject.toml, by field name."""
    for candidate in (folder, *folder.parents):
        path = candidate / "pyproject.toml"
        if path.is_file():
            return _checked(_table(path), str(path))
    return {}


def _table(path: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib  # pyright: ignore[reportMissingImports]
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("gainstage", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise GainstageError(f"cannot read {path}: {error}") from error
    if not isinstance(table, dict):
        raise GainstageError(f"{path}: [tool.gainstage] must be a table of settings")
    return table


def _environment(variables: Mapping[str, str]) -> dict[str, Any]:
    ours = [key for key in variables if key.startswith(PREFIX) and key not in (SWITCH, TOKEN)]
    given = {key[len(PREFIX) :].lower(): key for key in ours}
    return _checked({name: variables[key] for name, key in given.items()}, "the environment", PREFIX)


def _checked(values: Mapping[str, Any], origin: str, prefix: str = "") -> dict[str, Any]:
    """``values`` under the fields' own names (``fail-on`` becomes ``fail_on``), each one known."""
    known = [field.name for field in fields(Config)]
    result = {}
    for key, value in values.items():
        name = key.replace("-", "_")
        if name not in known:
            shown = (lambda text: prefix + text.upper()) if prefix else (lambda text: text.replace("_", "-"))
            raise GainstageError(f"{origin}: unknown setting {shown(name)!r}{suggestion(name, known, shown)}")
        result[name] = value
    return result


def suggestion(word: str, known: Iterable[str], shown: Callable[[str], str] = str) -> str:
    """``; did you mean 'budget'?``, or the list of what there is when nothing is close."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=2, cutoff=0.6)
    if close:
        return f"; did you mean {' or '.join(repr(shown(name)) for name in close)}?"
    return f"; known are {', '.join(shown(name) for name in names)}"


def _parse(name: str, value: Any, origin: str) -> Any:
    try:
        return PARSERS[name](value)
    except (TypeError, ValueError) as error:
        raise GainstageError(f"{origin}: {name.replace('_', '-')} = {value!r}: {error}") from error


def share(value: Any) -> float:
    """``"1%"``, ``"0.01"`` or ``0.01``, as a number in 0...1."""
    text = str(value).strip()
    try:
        number = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise ValueError("expected a share such as 1% or 0.01") from None
    if not 0 < number <= 1:
        raise ValueError("expected a share above 0 and at most 100 %")
    return number


def count(value: Any) -> int:
    """A whole number of at least 1 (0 is the default and means "off")."""
    number = -1 if isinstance(value, (bool, float)) else int(str(value))
    if number < 0:
        raise ValueError("expected a whole number, 1 or more")
    return number


def codes(value: Any) -> tuple[str, ...]:
    """``"GS201,GS3"`` or a list of such entries, as a tuple."""
    texts = [value] if isinstance(value, str) else list(value)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("expected codes as text, as in GS201,GS3")
    entries = [part for text in texts for part in text.split(",")]
    return tuple(entry.strip() for entry in entries if entry.strip())


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("expected text")
    return value


def _switch(value: Any) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    try:
        return words[str(value).lower()]
    except KeyError:
        raise ValueError("expected true or false") from None


def _one_of(*allowed: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"expected one of {', '.join(allowed)}{suggestion(str(value), allowed)}")
        return value

    return parse


PARSERS: dict[str, Callable[[Any], Any]] = {
    "budget": share,
    "every": count,
    "steps": count,
    "select": codes,
    "ignore": codes,
    "fail_on": _one_of(*LEVELS),
    "output": _text,
    "color": _one_of(*COLORS),
    "source": _switch,
}


def switched_off(environment: Mapping[str, str] | None = None) -> bool:
    """Whether ``GAINSTAGE_OFF=1`` asks to run scripts unwatched."""
    return (os.environ if environment is None else environment).get(SWITCH, "") not in ("", "0")
