"""GS203 blocked-gradient: parameters that are meant to learn and never receive a gradient, or are never stepped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, final

import numpy as np

from gainstage.diagnose.decibels import middle
from gainstage.diagnose.finding import Cause, Finding, Remedy, Severity
from gainstage.diagnose.progress import progress, softened
from gainstage.diagnose.rule import Rule
from gainstage.diagnose.severed import any_gradient, passes, reached, severed
from gainstage.diagnose.starving import bypassed, cut_off
from gainstage.record.schema import Parameter

if TYPE_CHECKING:
    from gainstage.diagnose.view import View

SHOWN = 6
UNIFORM = 0.1  # sampling error of size and range of a few dozen uniform numbers
TEXTS = {
    "detached": "No gradient ever reached {names}, which ran in the forward pass and belong to an optimizer: the graph "
    "is cut behind them (detach, no_grad, .data, .item, a new tensor made from values).",
    "zero-gradient": "The gradient of {names} was exactly zero at every sample: what comes after passes nothing.",
    "not-in-optimizer": "No optimizer was given {names}: gradients arrive, and the weights never change.",
    "replaced": "No optimizer was given {names}; in their place one steps weights that no module holds any more: the "
    "layers were replaced after the optimizer was made.",
    "frozen": "{names} may not learn (requires_grad=False), and the rest does not get the loss down.",
    "unused-or-no-grad": "No operation that keeps a gradient uses {names}, which belong to an optimizer: they are not "
    "used, or only under no_grad.",
    "loss-detached": "The loss hangs on no weight: {names} ran in the forward pass, and backward() reached none of "
    "them (the loss is a new tensor made from values: argmax, item, numpy, torch.tensor).",
    "cleared-before-step": "Gradients arrive in the backward pass and are gone when the optimizer steps {names}: they "
    "are cleared in between.",
    "never-stepped": "{passes} backward passes, and {names} never changed: no step followed any of them.",
}
REMEDIES = {
    "detached": ("keep-the-graph", "remove the detach or no_grad between them and the loss"),
    "zero-gradient": ("open-the-path", "re-initialise or replace what follows them"),
    "not-in-optimizer": ("give-to-optimizer", "pass model.parameters() to the optimizer"),
    "replaced": ("optimizer-last", "make the optimizer after the last change to the model"),
    "in-a-list": ("module-list", "keep the modules in an nn.ModuleList: model.parameters() sees no plain list"),
    "frozen": ("unfreeze", "set requires_grad=True"),
    "unused-or-no-grad": ("use-or-remove", "use them in forward with gradients on, or leave them out"),
    "loss-detached": ("keep-the-graph", "compute the loss from the network's output itself"),
    "cleared-before-step": ("zero-grad-before-backward", "clear gradients after the step, or before backward()"),
    "never-stepped": ("call-step", "call optimizer.step() after backward()"),
}


@final
class BlockedGradient(Rule):
    """
    ## What it detects
    Trainable weights that run in the forward pass but never receive a gradient, or only gradients of exactly zero;
    weights with gradients that no optimizer steps; weights in an optimizer that nothing uses, or that others have
    taken the place of. And of a network as a
    whole: a loss that hangs on none of its weights, gradients that are cleared before the step, backward passes that
    no step follows.

    ## Why it matters
    That part of the network stays what it was at the start, however long one trains. No error is raised.

    ## When it stays silent
    Frozen backbones, target networks and teachers are meant to stand still: without gradient and outside of
    every optimizer nothing is said, nor about frozen weights where the network learns well; of left-out ones there,
    and of frozen ones that do not look freshly drawn, it is only an info that they are. A gradient that is zero
    because units behind are dead or weights zero is the matter of GS101 and GS401.

    ## Example
    `h = torch.tensor(self.body(x).detach().numpy())` in front of the head.

    ## Remedies
    Keep the graph whole between the weights and the loss; give every trainable parameter to an optimizer, which
    is made after the last change to the model (safe).

    ## Source
    torch.autograd's documentation, "Locally disabling gradient computation".
    """

    code = "GS203"
    name = "blocked-gradient"
    summary = "Weights that are meant to learn never receive a gradient or are never stepped."
    severity = "error"

    def check(self, view: View) -> Iterator[Finding]:
        """One finding per reason."""
        groups: dict[str, list[Parameter]] = {}
        whole = severed(view)
        for parameter in view.run.parameters:
            if len(parameter.shape) > 1 and not parameter.tied_to:
                reason = whole if whole and parameter.trainable else self.reason(view, parameter)
                groups.setdefault(reason, []).append(parameter)
        groups.pop("", None)
        tell_replaced(groups)
        for reason, parameters in groups.items():
            severity = self.severity_of(view, reason, parameters)
            if severity is not None:
                yield self.report(view, reason, parameters, severity)

    def reason(self, view: View, parameter: Parameter) -> str:
        """Why the parameter does not learn; "" when it does or is not meant to."""
        seen = ~np.isnan(view.update(parameter, "weight"))
        gradient = view.update(parameter, "gradient")
        received = bool((view.update(parameter, "has_gradient") == 1).any())
        stages = [stage for stage in view.stages if stage.weight is parameter]
        stepped = bool(parameter.optimizer) or all(not step.optimizer for step in view.run.steps)
        if not parameter.trainable:
            return "frozen" if stages else ""
        if not stepped:
            arrived = any(np.isfinite(view.gradient(stage)).any() for stage in stages)
            return "not-in-optimizer" if arrived else ""
        if not received:
            if not seen.any() or not (any_gradient(view) or any(reached(view, stage) for stage in view.stages)):
                return ""
            return "detached" if stages else "unused-or-no-grad"
        zero = bool((gradient[~np.isnan(gradient)] == 0).all() and not np.isnan(gradient).all()) and not any(
            cut_off(view, stage) for stage in stages
        )
        # A branch may start closed (the last normalisation's scale at zero: Goyal et al. 2017) and open in time.
        closed = progress(view) == "unknown" and any(bypassed(view, stage) for stage in stages)
        return "zero-gradient" if zero and stages and not closed else ""

    def severity_of(self, view: View, reason: str, parameters: list[Parameter]) -> Severity | None:
        """What is wrong by construction is an error; what may be intended is none where the network learns well."""
        if reason == severed(view):
            return "error"
        if reason in ("detached", "zero-gradient", "replaced"):
            return softened("error", view)
        if progress(view) in ("good", "unknown"):
            # A head may be trained alone on purpose: what is left out is worth a remark only.
            remark = reason == "unused-or-no-grad" or (reason == "not-in-optimizer" and progress(view) == "good")
            return "info" if remark else None
        pretrained = reason == "frozen" and not any(untrained(view, parameter) for parameter in parameters)
        return "info" if pretrained and progress(view) == "some" else "warning"

    def report(self, view: View, reason: str, parameters: list[Parameter], severity: Severity) -> Finding:
        """The finding for all parameters with one reason."""
        names = [parameter.name for parameter in parameters]
        weights = [p for p in view.run.parameters if len(p.shape) > 1]
        shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
        stages = [stage.site for stage in view.stages if stage.weight in parameters]
        listed = reason == "not-in-optimizer" and names[0].startswith("<unregistered")
        remedy, action = REMEDIES["in-a-list" if listed else reason]
        share = sum(int(np.prod(p.shape)) for p in parameters) / max(sum(int(np.prod(p.shape)) for p in weights), 1)
        evidence = {
            "parameters": names, "samples": len(view.steps), "share_of_weights": share, "progress": progress(view),
        }  # fmt: skip
        predicted = f"{action}: {100 * share:.0f} % of the weights begin to learn"
        text = TEXTS[reason].format(names=shown, passes=passes(view))
        return self.finding(
            severity, text, sites=stages or names, steps=view.steps, evidence=evidence,
            cause=Cause(reason), remedies=[Remedy(remedy, "safe", names[0], predicted, share)],
        )  # fmt: skip


def tell_replaced(groups: dict[str, list[Parameter]]) -> None:
    """A group of its own for weights without an optimizer where one still steps what was in their place before."""
    orphans = [p for p in groups.get("unused-or-no-grad", []) if not p.root]
    successors = [p for p in groups.get("not-in-optimizer", []) if p.root]
    lost = [orphan for orphan in orphans if any(orphan.shape[1:] == p.shape[1:] for p in successors)]
    found = [p for p in successors if any(orphan.shape[1:] == p.shape[1:] for orphan in lost)]
    if found:
        groups["replaced"] = found
        for reason, told in (("unused-or-no-grad", lost), ("not-in-optimizer", found)):
            groups[reason] = [p for p in groups[reason] if p not in told]
            if not groups[reason]:
                del groups[reason]


def untrained(view: View, parameter: Parameter) -> bool:
    """Whether the weights still look as torch draws them by default: uniform within 1 / sqrt(fan_in)."""
    bound = 1 / np.sqrt(max(int(np.prod(parameter.shape[1:])), 1))
    size, largest = middle(view.update(parameter, "weight")), middle(view.update(parameter, "largest"))
    return bool(abs(size * np.sqrt(3) / bound - 1) < UNIFORM and 1 - UNIFORM < largest / bound <= 1 + 1e-6)
