"""Where a script makes things: modules and optimizers, with the lines of the user's own files that made them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Spot:
    """A call in one of the user's files. ``column`` counts UTF-8 bytes from 0; -1 where Python does not tell it."""

    file: str
    line: int
    column: int = -1


@dataclass(frozen=True, slots=True)
class Made:
    """Modules of one class that one call made.

    ``names`` are their paths in the outermost module, ``roots`` the labels of those ("Net", "Net#2"), in the same
    order. ``direct`` is false for what another module of a library made inside of itself: the spot is that one's.
    """

    kind: str
    spot: Spot
    direct: bool = True
    names: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Optimised:
    """An optimizer: what made it, and the module whose parameters it was given.

    ``root`` and ``module`` are empty when its parameters are not exactly those of one module.
    """

    kind: str
    spot: Spot
    settings: dict[str, float] = field(default_factory=dict)
    root: str = ""
    module: str = ""
    parameters: int = 0
    missing: tuple[str, ...] = ()  # trainable parameters of the roots it holds a part of, that it does not hold


@dataclass(frozen=True, slots=True)
class Places:
    """What was found in one run of the script; ``steps`` are the calls of ``optimizer.step``."""

    modules: tuple[Made, ...] = ()
    optimizers: tuple[Optimised, ...] = ()
    steps: tuple[Spot, ...] = ()
    files: tuple[str, ...] = ()

    def named(self, root: str, path: str, kind: str = "") -> Iterator[Made]:
        """What made the module ``path``: in ``root`` where that is known, else wherever the path ends so."""
        fits = [made for made in self.modules if not kind or made.kind == kind]
        exact = [made for made in fits if (root, path) in zip(made.roots, made.names, strict=True)]
        yield from exact or [made for made in fits if any(ends(name, path) for name in made.names)]

    def as_json(self) -> dict[str, Any]:
        """Plain data for ``json.dumps``."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Places:
        """The reverse of :meth:`as_json`."""
        return cls(
            tuple(Made(**{**made, **_spotted(made), "names": tuple(made["names"]), "roots": tuple(made["roots"])})
                  for made in data["modules"]),
            tuple(Optimised(**{**made, **_spotted(made), "missing": tuple(made["missing"])})
                  for made in data["optimizers"]),
            tuple(Spot(**spot) for spot in data["steps"]),
            tuple(data["files"]),
        )  # fmt: skip


def _spotted(made: Mapping[str, Any]) -> dict[str, Spot]:
    return {"spot": Spot(**made["spot"])}


def ends(name: str, path: str) -> bool:
    """Whether the module ``name`` may be the one that is called ``path`` from further inside."""
    return name == path or (bool(path) and name.endswith(f".{path}"))
