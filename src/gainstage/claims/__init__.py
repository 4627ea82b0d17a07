"""What textbooks say about activation functions, judged by computing. Imports no torch until a claim needs it."""

from __future__ import annotations

from importlib import import_module

from gainstage.claims.claim import CLAIMS, Claim, Curves, Part, Verdict
from gainstage.claims.judging import chosen, judge, judge_all

__all__ = ["CLAIMS", "FAMILIES", "Claim", "Curves", "Part", "Verdict", "chosen", "judge", "judge_all"]

FAMILIES = (
    "approximation",
    "linear",
    "sigmoid",
    "tanh",
    "relu",
    "leaky",
    "elu",
    "swish",
    "softmax",
    "propagation",
    "depth",
    "dying",
    "cost",
    "choosing",
)
for _family in FAMILIES:  # importing one registers its claims; this order is the table's
    import_module(f"gainstage.claims.{_family}")
