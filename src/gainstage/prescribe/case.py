"""One sick training as the remedies see it: what was found, where things are made, and the source."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from gainstage.diagnose.engine import Diagnosis
from gainstage.errors import GainstageError
from gainstage.prescribe.places import Optimised, Places, Spot
from gainstage.prescribe.source.expressions import assigned_to, receivers
from gainstage.prescribe.source.script import Call, Script
from gainstage.record.schema import Parameter, Site


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A call in the source."""

    script: Script
    call: Call

    @property
    def name(self) -> str:
        """What is called: ``torch.nn.ReLU``, or ``.step`` for a method."""
        return self.script.name(self.call)


@dataclass(frozen=True, slots=True, eq=False)
class Build:
    """Where an optimizer is made: into which variable, and from the parameters of which expressions."""

    at: Found
    made: Optimised
    target: str
    models: tuple[str, ...]


class Case:
    """What remedies are made from. Files that cannot be parsed are left out."""

    def __init__(self, diagnosis: Diagnosis, places: Places, sources: Mapping[str, str]) -> None:
        self.diagnosis = diagnosis
        self.places = places
        self.run, self.view = diagnosis.run, diagnosis.view
        self.scripts: dict[str, Script] = {}
        for path, text in sources.items():
            try:
                self.scripts[path] = Script(path, text)
            except GainstageError:
                continue

    def script(self, file: str) -> Script | None:
        """The file by its path: absolute, relative, or shortened by ``../``."""
        known = self.scripts.get(file)
        if known is not None:
            return known
        tail = re.sub(r"^(\.\./)+", "", file)
        fits = [path for path in self.scripts if os.path.abspath(path) == os.path.abspath(file)]
        fits = fits or [path for path in self.scripts if path.endswith(os.sep + tail) or file.endswith(os.sep + path)]
        return self.scripts[fits[0]] if fits else None

    def at(self, spot: Spot) -> Iterator[Found]:
        """The call at a spot; every call of its line where the column is not known."""
        script = self.script(spot.file)
        for call in script.calls if script is not None else ():
            assert script is not None
            if script.line(call) == spot.line and spot.column in (-1, script.column(call)):
                yield Found(script, call)

    def on_line(self, site: Site) -> Iterator[Found]:
        """The calls that begin in the line where the site's operation ran."""
        file, _, line = site.source_line.rpartition(":")
        return self.at(Spot(file, int(line))) if line.isdigit() else iter(())

    def constructions(self, site: Site) -> list[Found]:
        """The calls that made the site's module."""
        made = self.places.named(site.root, site.module, site.module_class) if site.module else ()
        return [found for item in made if item.direct for found in self.at(item.spot)]

    @cached_property
    def builds(self) -> tuple[Build, ...]:
        """Where the script makes its optimizers."""
        found: list[Build] = []
        for made in self.places.optimizers:
            for at in self.at(made.spot):
                target = assigned_to(at.script, at.call)
                found.append(Build(at, made, target, receivers(at.script, at.call, ("parameters", "named_parameters"))))
        return tuple(found)

    def site(self, name: str) -> Site | None:
        """The site that a finding names."""
        return next((site for site in self.run.sites if site.name == name), None)

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of this name."""
        return self.run.parameter(name)

    @cached_property
    def rate(self) -> float:
        """The learning rate at the first sample; nan without an optimizer."""
        return self.run.steps[0].learning_rate if self.run.steps else float("nan")
