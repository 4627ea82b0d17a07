"""What a cure is before it is tried: a promise with a number, and the source as it would be."""

from __future__ import annotations

from dataclasses import dataclass

from gainstage.diagnose.finding import Safety


@dataclass(frozen=True, slots=True)
class Change:
    """One of the user's files, as it is and as it would be."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A remedy for one training.

    ``changes`` make the cure; where the construct cannot be found in the source they are empty, and ``by_hand`` says
    which lines to add where.
    """

    remedy: str  # "swap-activation", as in the findings
    safety: Safety
    where: tuple[str, ...]  # the sites or parameters that it touches
    text: str  # what it changes, in one sentence
    predicted: str  # a sentence with a number
    value: float | None = None
    unit: str = ""
    codes: tuple[str, ...] = ()  # the findings that it answers
    changes: tuple[Change, ...] = ()
    by_hand: str = ""
    source: str = ""  # author, year, equation
    variant: str = ""  # which way to carry it out: "ELU"; "" where there is one

    @property
    def name(self) -> str:
        """What it is called beside others of the same remedy: ``swap-activation ELU``."""
        return f"{self.remedy} {self.variant}".rstrip()
