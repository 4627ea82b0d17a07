"""GS304 gradients-not-cleared: a missing zero_grad."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.rule import Rule
from gainstage.diagnose.wording import percent

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

HALF = 0.5


@final
class GradientsNotCleared(Rule):
    """
    ## What it detects
    Gradients that still hold the previous step's values when the next step's first backward pass starts, on
    several samples.

    ## Why it matters
    `backward()` adds to `.grad`. Without clearing, every step follows the sum of all gradients since the start: old
    ones never fade, the sum grows, and the steps overshoot as if the momentum were 1.

    ## When it stays silent
    Gradient accumulation: several backward passes for one step, cleared after it.

    ## Example
    ```python
    loss.backward()
    optimizer.step()          # and no optimizer.zero_grad() anywhere
    ```

    ## Remedies
    `optimizer.zero_grad()` before `backward()` (safe: it is what the optimizer's formula means).

    ## Source
    PyTorch documentation, `torch.optim.Optimizer.zero_grad`.
    """

    code = "GS304"
    name = "gradients-not-cleared"
    summary = "Each step adds to the gradients of all steps before it: zero_grad is missing."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per optimizer."""
        stale, names = view.run.step("stale_gradients"), view.run.step("optimizer")
        for optimizer in dict.fromkeys(names.tolist()):
            measured = (names == optimizer) & np.isfinite(stale)
            kept = measured & (np.nan_to_num(stale) >= HALF)
            if kept.sum() >= 2 and kept.sum() >= HALF * measured.sum():
                yield self.report(view, optimizer, stale, kept, measured)

    def report(self, view: View, optimizer: str, stale: np.ndarray, kept: np.ndarray, measured: np.ndarray) -> Finding:
        """The finding for one optimizer."""
        share = float(np.median(stale[kept]))
        text = (
            f"{percent(share)} of the gradient tensors were not cleared before the next backward pass, on "
            f"{kept.sum()} of {measured.sum()} samples: every step follows the sum of all gradients so far."
        )
        where = optimizer or "the training loop"
        remedy = Remedy("zero-grad", "safe", where, "0 % of the gradients are left over from earlier steps", 0.0)
        evidence = {
            "optimizer": optimizer,
            "stale_share": share,
            "samples_stale": int(kept.sum()),
            "samples": int(measured.sum()),
        }
        return self.finding(
            "error",
            text,
            steps=view.steps[kept],
            evidence=evidence,
            cause=Cause("missing-zero-grad"),
            remedies=[remedy],
        )
