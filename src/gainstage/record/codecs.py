"""How one field of a record becomes a cell of the file and comes back: numbers and text, checked on reading."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal, get_args, get_origin

import numpy as np


@dataclass(frozen=True, slots=True)
class Codec:
    """A column's SQL type with its two directions; ``encode`` is None where SQLite takes the value as it is.

    ``decode`` raises ``ValueError`` or ``TypeError`` for a cell that no writer of ours could have made: a file may come
    from a stranger or from a damaged disk.
    """

    sql: Literal["INTEGER", "REAL", "TEXT"]
    decode: Callable[[Any], Any]
    encode: Callable[[Any], Any] | None = None


def _expect(cell: Any, kind: type) -> Any:
    if type(cell) is not kind:
        raise TypeError(f"{cell!r:.40} where {kind.__name__} was expected")
    return cell


def _integer(cell: Any) -> int:
    return _expect(cell, int)


def _optional_integer(cell: Any) -> int | None:
    return None if cell is None else _integer(cell)


def _real(cell: Any) -> float:
    # SQLite has no nan: it stores NULL in its place, and infinities as they are.
    return float("nan") if cell is None else float(_expect(cell, float))


def _flag(cell: Any) -> bool:
    return bool(_integer(cell))


def _text(cell: Any) -> str:
    return _expect(cell, str)


def _encode_text(text: str) -> str:
    # File names may hold bytes that are no UTF-8 (surrogates in Python), which SQLite refuses.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else str(value)


def _encode_json(value: Mapping[str, Any] | Sequence[Any]) -> str | None:
    """JSON text, None for an empty collection; what JSON does not know is kept as its ``str``, never pickled."""
    return json.dumps(value, default=_plain) if value else None


def _items(item: type) -> Callable[[Any], tuple[Any, ...]]:
    def decode(cell: Any) -> tuple[Any, ...]:
        values = [] if cell is None else _expect(json.loads(_text(cell)), list)
        return tuple(_expect(value, item) for value in values)

    return decode


def _mapping(*allowed: type) -> Callable[[Any], dict[str, Any]]:
    def decode(cell: Any) -> dict[str, Any]:
        values: dict[str, Any] = {} if cell is None else _expect(json.loads(_text(cell)), dict)
        if allowed and not all(isinstance(value, allowed) for value in values.values()):
            raise TypeError(f"{cell!r:.40} where values of type {allowed[0].__name__} were expected")
        return values

    return decode


_CODECS: Final = MappingProxyType(
    {
        int: Codec("INTEGER", _integer),
        int | None: Codec("INTEGER", _optional_integer),
        float: Codec("REAL", _real),
        bool: Codec("INTEGER", _flag),
        str: Codec("TEXT", _text, _encode_text),
        tuple[int, ...]: Codec("TEXT", _items(int), _encode_json),
        tuple[str, ...]: Codec("TEXT", _items(str), _encode_json),
        dict[str, Any]: Codec("TEXT", _mapping(), _encode_json),
        dict[str, str]: Codec("TEXT", _mapping(str), _encode_json),
        dict[str, float]: Codec("TEXT", _mapping(float, int), _encode_json),
    }
)


def codec_for(hint: Any) -> Codec:
    """The codec for a field's type; a Literal is text that must be one of its words."""
    if get_origin(hint) is not Literal:
        return _CODECS[hint]
    words = get_args(hint)

    def one_of(cell: Any) -> str:
        if cell not in words:
            raise ValueError(f"{cell!r:.40} where one of {', '.join(words)} was expected")
        return cell

    return Codec("TEXT", one_of)
