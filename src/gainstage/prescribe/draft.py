"""A remedy while it is being made: patches that may still be put together with another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from gainstage.diagnose.finding import Finding, Remedy, Safety
from gainstage.prescribe.candidate import Candidate, Change
from gainstage.prescribe.case import Case
from gainstage.prescribe.source.patch import CannotPatch, Patch


@dataclass(frozen=True, slots=True)
class Draft:
    """One way to carry a remedy out. ``patches`` is empty where it must be done by hand."""

    remedy: str
    safety: Safety
    text: str
    predicted: str
    where: tuple[str, ...] = ()
    value: float | None = None
    unit: str = ""
    codes: tuple[str, ...] = ()
    patches: tuple[Patch, ...] = ()
    by_hand: str = ""
    source: str = ""
    variant: str = ""

    def candidate(self) -> Candidate | None:
        """The patch as it would be tried; ``None`` where its parts do not fit together or give no Python."""
        changes: list[Change] = []
        for script in dict.fromkeys(patch.script for patch in self.patches):
            whole = Patch(script)
            for patch in self.patches:
                if patch.script is script:
                    whole.edits += [edit for edit in patch.edits if edit not in whole.edits]
            try:
                after = whole.text()
                compile(after, script.path, "exec", dont_inherit=True)
            except (CannotPatch, SyntaxError, ValueError):
                return None
            if after != script.text:
                changes.append(Change(script.path, script.text, after))
        if not changes and not self.by_hand:
            return None
        return Candidate(
            self.remedy, self.safety, self.where, self.text, self.predicted, self.value, self.unit, self.codes,
            tuple(changes), self.by_hand, self.source, self.variant,
        )  # fmt: skip


def together(first: Draft, second: Draft) -> Draft:
    """Both at once: two causes, two cures."""
    safety: Safety = "safe" if (first.safety, second.safety) == ("safe", "safe") else "unsafe"
    return replace(
        first,
        remedy=f"{first.remedy} + {second.remedy}",
        variant="",
        safety=safety,
        text=f"{first.text} {second.text}",
        predicted=f"{first.predicted}; {second.predicted}",
        where=tuple(dict.fromkeys((*first.where, *second.where))),
        codes=tuple(dict.fromkeys((*first.codes, *second.codes))),
        patches=(*first.patches, *second.patches),
        source="; ".join(dict.fromkeys(filter(None, (first.source, second.source)))),
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A remedy that a finding asks for."""

    finding: Finding
    remedy: Remedy

    def draft(
        self,
        text: str,
        patches: Sequence[Patch] = (),
        *,
        by_hand: str = "",
        source: str = "",
        predicted: str = "",
        value: float | None = None,
        unit: str = "",
        variant: str = "",
    ) -> Draft:
        """A draft that promises what the finding promises, or ``predicted`` with its ``value`` and ``unit``."""
        remedy, where = self.remedy, self.finding.sites or (self.remedy.where,)
        promised = (predicted, value, unit) if predicted else (remedy.predicted, remedy.value, remedy.unit)
        return Draft(
            remedy.name, remedy.safety, text, promised[0], where, promised[1], promised[2],
            (self.finding.code,), tuple(patches), by_hand, source, variant,
        )  # fmt: skip


class Inapplicable(Exception):
    """The remedy would be wrong for this training: it is not offered, not even to be made by hand."""


Maker = Callable[[Case, Wanted], Iterator[Draft]]
MAKERS: dict[str, Maker] = {}


def makes(*names: str) -> Callable[[Maker], Maker]:
    """Register what carries the remedies of these names out."""

    def register(maker: Maker) -> Maker:
        for name in names:
            MAKERS[name] = maker
        return maker

    return register
