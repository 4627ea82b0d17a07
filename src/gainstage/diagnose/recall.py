"""How far back in time a recurrent layer's gradient reaches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainstage.diagnose.decibels import decibels, middle
from gainstage.diagnose.view import View
from gainstage.record.schema import Site


@dataclass(frozen=True, slots=True)
class Recall:
    """One layer: what the first of ``moments`` gets of the largest gradient over time, and how many get 1 % of it."""

    site: Site
    first_db: float
    moments: int
    reached: int


def recalls(view: View) -> list[Recall]:
    """Every fused recurrent layer whose input carries a gradient; medians over the late samples."""
    found = []
    for site in view.run.sites:
        if site.kind == "recurrent":
            columns = [late(view, site, key) for key in ("gradient_first", "moments", "moments_reached")]
            if all(column.size for column in columns):
                first, moments, reached = map(middle, columns)
                found.append(Recall(site, float(decibels(first, 1.0)), round(moments), round(reached)))
    return found


def late(view: View, site: Site, key: str) -> np.ndarray:
    """What the site's late samples hold under ``key``."""
    values = view.run.signal_extra(site.index, key)
    return np.array([value for value, kept in zip(values, view.late, strict=True) if kept and value is not None])
