"""What textbooks say about activation functions, judged by computing. Imports no torch until a claim needs it."""

from gainstage.claims import tanh
from gainstage.claims.claim import CLAIMS, Claim, Curves, Part, Verdict
from gainstage.claims.judging import chosen, judge, judge_all

FAMILIES = (tanh,)  # importing one registers its claims, in this order

__all__ = ["CLAIMS", "FAMILIES", "Claim", "Curves", "Part", "Verdict", "chosen", "judge", "judge_all"]
