"""The real data that claims are tried on: scikit-learn's scanned digits, and its regression on diabetes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from gainstage.errors import GainstageError

HELD_OUT = 4  # every fourth example is for testing; the files come in no order of classes


@dataclass(frozen=True, slots=True)
class Table:
    """Standardised inputs (examples × features, float64) and what they are to be mapped to."""

    inputs: NDArray[np.float64]
    targets: NDArray[np.float64]

    def split(self) -> tuple[Table, Table]:
        """Training and held-out part."""
        held = np.arange(len(self.inputs)) % HELD_OUT == 0
        return Table(self.inputs[~held], self.targets[~held]), Table(self.inputs[held], self.targets[held])


@lru_cache(maxsize=1)
def digits() -> Table:
    """1,797 digits of 8 × 8 pixels (Alpaydin, Kaynak 1998), 10 classes; all pixels share one mean and deviation."""
    images, labels = _dataset("load_digits")
    return Table((images - images.mean()) / images.std(), labels)


@lru_cache(maxsize=1)
def diabetes() -> Table:
    """442 patients, 10 measurements; the target, progress within a year, is 25...346 (Efron et al. 2004)."""
    measurements, progress = _dataset("load_diabetes")
    return Table((measurements - measurements.mean(0)) / measurements.std(0), progress)


def _dataset(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if find_spec("sklearn") is None:
        raise GainstageError("this claim is tried on scikit-learn's data; install them with: pip install scikit-learn")
    from sklearn import datasets

    inputs, targets = getattr(datasets, name)(return_X_y=True)
    return np.asarray(inputs, dtype=float), np.asarray(targets, dtype=float)
