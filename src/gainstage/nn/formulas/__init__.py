"""The functions as formulas of torch operations: value, slope and curvature, meant for float64.

They are what runs where there is no kernel (other devices, float64, no compiler), and every second derivative.
Each is written so that float64 leaves at least the digits of float32 at every input, also next to the zeros of a
slope and far out, and so that autograd may differentiate a curvature once more without meeting 0 * inf.
"""

from __future__ import annotations

from gainstage.nn.formulas.base import Formula, Formulas
from gainstage.nn.formulas.gated import GATED
from gainstage.nn.formulas.other import OTHER

FORMULAS: dict[str, Formulas] = {**GATED, **OTHER}

__all__ = ["FORMULAS", "Formula", "Formulas"]
