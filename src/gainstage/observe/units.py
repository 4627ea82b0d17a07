"""How long each unit has been silent: the one thing that must be remembered from sample to sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gainstage.observe.visits import Key

FEWEST_EXAMPLES = 1_000
FEWEST_SAMPLES = 3
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Counts = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(slots=True)
class Silence:
    """Consecutive examples and samples on which each unit of a site passed nothing."""

    examples: Counts
    samples: Counts


@dataclass(slots=True)
class Ledger:
    """The silence of every site with an activation; a site without a silent unit has no entry."""

    sites: dict[int, Silence] = field(default_factory=dict)
    suspects: frozenset[Key] = frozenset()

    def suspect(self, silent: Mapping[Key, bool]) -> None:
        """Which activations of one sample showed a silent unit, by the visit's key."""
        self.suspects = self.suspects - silent.keys() | {key for key, some in silent.items() if some}

    def note(self, site: int, silent: Flags | None, examples: int) -> Counts:
        """Add one sample: ``silent`` marks units that passed nothing on any of its examples, if any did so.

        Returns:
            Indices of the dead units: silent on at least 1,000 examples over at least 3 samples, up to now.
        """
        if silent is None or not silent.any():
            self.sites.pop(site, None)
            return _NONE
        known = self.sites.get(site)
        if known is None or known.examples.shape != silent.shape:
            zeros = np.zeros(silent.shape, dtype=np.int64)
            known = self.sites[site] = Silence(zeros, zeros)
        known.examples = np.where(silent, known.examples + examples, 0)
        known.samples = np.where(silent, known.samples + 1, 0)
        return np.flatnonzero((known.examples >= FEWEST_EXAMPLES) & (known.samples >= FEWEST_SAMPLES))


_NONE = np.zeros(0, dtype=np.int64)
