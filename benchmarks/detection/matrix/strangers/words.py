"""Words and consequences that several files of this set share; those of the whole matrix are in ``matrix/case.py``."""

from __future__ import annotations

from matrix.case import BURST, STUCK

# What a cause may be called.
PROBABILITIES = ("probabilit", "softmax", "sigmoid", "logit")
RANGE = ("range", "output", "bound")
RAW = ("log-softmax", "logit", "raw", "unnormalised")
NO_LOG = ("log", "probabilit")
ONE_UNIT = ("constant", "one-unit", "softmax", "single")
TARGETS = ("target", "range")
BROADCAST = ("broadcast", "shape")
IMBALANCE = ("imbalance", "majority", "share")
KEPT = ("zero-grad", "not-cleared", "accumul")
CLEARED = ("cleared", "before-step", "order")
NO_STEP = ("step", "optimizer")

# What follows from a fault of another name.
DIVERGED = (*BURST, *STUCK)
VANISHED = ("vanishing-gradient", "signal-collapse", "initialisation-misfit", "off-centre-activation", *STUCK)
SATURATED = (*VANISHED, "saturated-units", "oversized-weights", "exploding-gradient")
