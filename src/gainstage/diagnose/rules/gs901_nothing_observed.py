"""GS901 nothing-observed: no training step was seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, final

from gainstage.diagnose.coverage import coverage
from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.rule import Rule

if TYPE_CHECKING:
    from gainstage.diagnose.view import View


@final
class NothingObserved(Rule):
    """
    ## What it detects
    A recording without one training step, or with steps in which no operation of a network was seen; an info where
    steps were counted whose operations ran out of sight.

    ## Why it matters
    No finding would otherwise look like a clean bill of health.

    ## When it stays silent
    As soon as one forward and one backward pass were sampled.

    ## Example
    A script that only evaluates, or that ends in an exception before its first `backward()`.

    ## Remedies
    Let the script train for a few steps; watch the process that trains (safe).

    ## Source
    A measuring instrument must tell "zero" from "not connected".
    """

    code = "GS901"
    name = "nothing-observed"
    summary = "No training step was seen, so nothing can be said."
    severity = "warning"

    def check(self, view: View) -> Iterator[Finding]:
        """At most one finding."""
        if view.run.steps and view.run.sites:
            return
        raised = next((event.text for event in view.run.events if event.kind == "exception"), "")
        steps = coverage(view).steps
        evidence = {"steps": steps, "sites": len(view.run.sites), "exception": raised}
        if steps and not raised:
            yield self.hidden(steps, evidence)
            return
        seen = "steps without any operation" if view.run.steps else "no training step"
        text = f"Gainstage saw {seen}" + (f"; the script ended with {raised.splitlines()[-1]}." if raised else ".")
        remedy = Remedy("train-some-steps", "safe", "the script", "3 steps give the first verdict, 16 a full one", 3.0)
        cause = Cause("exception" if raised else "no-training")
        yield self.finding("warning", text, evidence=evidence, cause=cause, remedies=[remedy])

    def hidden(self, steps: int, evidence: Mapping[str, Any]) -> Finding:
        """A training whose operations run where nothing of ours may: it may be in the best of health."""
        text = (
            f"{steps} steps ran, and none of their operations could be watched: nothing is recorded within the "
            f"transforms of torch.func (grad, vmap) and under tracing, so that no finding is no clean bill of health."
        )
        return self.finding("info", text, evidence=evidence, cause=Cause("out-of-sight"))
