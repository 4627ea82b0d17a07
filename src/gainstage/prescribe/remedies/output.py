"""The last activation and the loss: one of them fitted to the other."""

from __future__ import annotations

from collections.abc import Iterator

from gainstage.diagnose.outlet import BINARY_LOSSES, Outlet
from gainstage.prescribe.case import Case, Found
from gainstage.prescribe.draft import Draft, Inapplicable, Wanted, makes
from gainstage.prescribe.outputs import outlet_of, passed, replaced, wrapped_output
from gainstage.prescribe.sites import applied, distinct
from gainstage.prescribe.source.activations import MODULES, swap
from gainstage.prescribe.source.expressions import method, receiver
from gainstage.prescribe.source.patch import CannotPatch, Patch
from gainstage.prescribe.source.script import Call, argument
from gainstage.record.schema import Site

LOGITS = "Goodfellow, Bengio and Courville (2016), Deep Learning, section 6.2.2"
NUMERICS = "torch.nn.functional's documentation: what each loss takes"
TINY = "1e-8"


@makes("drop-output-activation")
def drop_output_activation(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The activation goes, or the loss takes what the activation gives."""
    outlet = outlet_of(case, wanted.finding)
    if outlet is None:
        return
    dropped = output_swapped(case, outlet, "identity")
    drop = wanted.draft(f"{outlet.function or 'The activation'} in front of the loss left out.", dropped, source=LOGITS,
                        variant="left out")  # fmt: skip
    binary = outlet.loss.operation == "binary_cross_entropy_with_logits"
    if binary:
        # The thresholds of the script speak of probabilities; they stay right when the loss is what changes.
        fitted = replaced(case, outlet.loss, "binary_cross_entropy")
        if fitted and outlet.range == (0.0, 1.0):
            text = "binary_cross_entropy takes probabilities."
            yield wanted.draft(text, fitted, source=NUMERICS, variant="other loss")
    if dropped:
        yield drop
    if not dropped and (patches := call_unwrapped(case, outlet)):
        yield wanted.draft("The function in front of the loss left out.", patches, source=LOGITS,
                           variant="left out")  # fmt: skip
    if not binary and (outlet.range[0] >= 0 or outlet.probabilities):
        logarithm = wrapped_output(case, outlet.loss, "{}(", f" + {TINY})", needs="torch.log")
        if logarithm:
            text = "cross_entropy of the probabilities' logarithm is what is meant: softmax(log p) is p."
            yield wanted.draft(text, logarithm, source=LOGITS, variant="logarithm")


def call_unwrapped(case: Case, outlet: Outlet) -> list[Patch]:
    """``cross_entropy(my_softmax(scores), y)``: a function of the user's own around the prediction goes."""
    pair = passed(case, outlet.loss)
    if pair is None or not isinstance(pair.output, Call) or len(pair.output.args) != 1 or pair.at.script.name(
        pair.output
    ).startswith("."):
        return []
    patch = Patch(pair.at.script)
    patch.unwrap(pair.output, pair.output.args[0].value)
    return [patch]


@makes("linear-output")
def linear_output(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """No activation behind the last layer."""
    site = next((s for s in map(case.site, wanted.finding.sites) if s is not None and s.kind == "activation"), None)
    if site is None:
        outlet = outlet_of(case, wanted.finding)
        if outlet is not None and outlet.loss.operation in BINARY_LOSSES:
            raise Inapplicable("the targets are wrong here, not the output")
        return
    if patches := site_swapped(case, site, "identity"):
        yield wanted.draft(f"{site.function} behind the last layer left out.", patches, source=LOGITS)


@makes("softplus-output")
def softplus_output(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Positive as ReLU, and with a derivative everywhere."""
    yield from _swapped(case, wanted, "softplus", "Dugas et al. (2001)")


@makes("sigmoid-output")
def sigmoid_output(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """A softmax over one unit is 1; a sigmoid is what was meant, or nothing in front of a logit loss."""
    outlet = outlet_of(case, wanted.finding)
    logits = outlet is not None and outlet.loss.operation.endswith("with_logits")
    yield from _swapped(case, wanted, "identity" if logits else "sigmoid", LOGITS)


@makes("sigmoid-per-label")
def sigmoid_per_label(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """A sigmoid for each of several independent labels, in the place of a softmax over them."""
    yield from _swapped(case, wanted, "sigmoid", LOGITS)


@makes("log-softmax")
def log_softmax(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The logarithm of the probabilities, which the loss expects."""
    yield from _swapped(case, wanted, "log_softmax", NUMERICS)
    outlet = outlet_of(case, wanted.finding)
    if outlet is not None:
        patches = wrapped_output(case, outlet.loss, "{}(", f" + {TINY})", needs="torch.log")
        if patches:
            yield wanted.draft("The logarithm in front of the loss.", patches, source=NUMERICS)


def _swapped(case: Case, wanted: Wanted, new: str, source: str) -> Iterator[Draft]:
    named = [site for site in map(case.site, wanted.finding.sites) if site is not None and site.kind == "activation"]
    outlet = outlet_of(case, wanted.finding)
    if not named and outlet is not None and outlet.producer is not None:
        named = [outlet.producer]
    for site in named[:1]:
        if patches := site_swapped(case, site, new):
            yield wanted.draft(f"{MODULES[new]} in the place of {site.function} at the output.", patches, source=source)


@makes("softmax-over-classes")
def softmax_over_classes(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The dimension of the classes, not of the examples."""
    outlet = outlet_of(case, wanted.finding)
    if outlet is None or outlet.producer is None:
        return
    patches: list[Patch] = []
    for found in distinct(applied(case, outlet.producer)):
        made = found.name.startswith("torch.nn.") and found.name.rpartition(".")[2][:1].isupper()
        positional = 0 if made or found.name.startswith(".") else 1
        item, patch = argument(found.call, "dim", positional), Patch(found.script)
        if item is not None:
            patch.replace(item.value, "-1")
            patches.append(patch)
    if outlet.loss.operation in BINARY_LOSSES and outlet.stage is not None and outlet.stage.site.units == 1:
        yield from _swapped(case, wanted, "sigmoid", LOGITS)  # one unit has no classes: it was made over the batch
    elif patches:
        yield wanted.draft("The softmax over the classes (dim=-1).", patches, source=NUMERICS)


@makes("cross-entropy")
def cross_entropy(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """nll_loss behind log_softmax, in one."""
    outlet = outlet_of(case, wanted.finding)
    if outlet is not None and (patches := replaced(case, outlet.loss, "cross_entropy")):
        yield wanted.draft("cross_entropy takes raw outputs.", patches, source=NUMERICS)


@makes("bce-with-logits")
def bce_with_logits(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The missing sigmoid: in front of the loss, or within it."""
    outlet = outlet_of(case, wanted.finding)
    if outlet is None:
        return
    if patches := clamp_replaced(case, outlet.loss):
        yield wanted.draft("A sigmoid in the place of the clamp: probabilities with a derivative.", patches,
                           source=LOGITS)  # fmt: skip
    if patches := replaced(case, outlet.loss, "binary_cross_entropy_with_logits"):
        yield wanted.draft("binary_cross_entropy_with_logits takes raw outputs.", patches, source=NUMERICS)


def clamp_replaced(case: Case, loss: Site) -> list[Patch]:
    """``torch.clamp(output, 0, 1)`` in any file that uses the loss becomes ``torch.sigmoid(output)``."""
    if "clamp" not in loss.via and "clip" not in loss.via:
        return []
    patches: list[Patch] = []
    for script in case.scripts.values():
        for call in script.calls:
            inner = receiver(call) if script.name(call).startswith(".") else call.args[0].value if call.args else None
            if script.name(call).rpartition(".")[2] in ("clamp", "clip") and inner is not None:
                patch = Patch(script)
                patch.replace(call, f"{patch.spelled('torch.sigmoid')}({script.code(inner)})")
                patches.append(patch)
    return patches


def output_swapped(case: Case, outlet: Outlet, new: str) -> list[Patch]:
    """Another function at what makes the prediction."""
    site = outlet.producer
    return site_swapped(case, site, new) if site is not None and site.kind == "activation" else []


def site_swapped(case: Case, site: Site, new: str) -> list[Patch]:
    """Another function at this site alone: where hidden layers share the call, only its use at the output changes."""
    patches: list[Patch] = []
    for found in distinct(applied(case, site)):
        patch = Patch(found.script)
        try:
            if shared(case, site, found):
                use_replaced(case, patch, site, new)
            else:
                swap(patch, found.call, site.function, new)
        except CannotPatch:
            continue
        patches.append(patch)
    return [patch for patch in patches if patch.edits]


def shared(case: Case, site: Site, found: Found) -> bool:
    """Whether this call makes or applies an activation at other sites, too."""
    others = [other for other in case.view.activations if other.index != site.index and other.function == site.function]
    if site.module_class == MODULES.get(site.function):
        return any(other.module == site.module and other.root == site.root for other in others) or any(
            item.call is found.call for other in others if other.module_class for item in case.constructions(other)
        )
    if any(item.call is found.call and other.source_line == site.source_line for other in others
           for item in applied(case, other)):  # fmt: skip
        # x = F.relu(a(F.relu(b(x)))): one line, one call for each site, in the order of execution.
        return len(distinct(applied(case, site))) < 2
    return False


def use_replaced(case: Case, patch: Patch, site: Site, new: str) -> None:
    """``self.relu(self.fc3(x))`` in the line of this site alone.

    Raises:
        CannotPatch: when the line does not call it.
    """
    last = site.module.rpartition(".")[2]
    for found in case.on_line(site):
        if method(found.call) == last and found.call.args:
            inner = found.call.args[0].value
            if new == "identity":
                patch.unwrap(found.call, inner)
            else:
                name = patch.spelled(f"torch.nn.functional.{new}")
                patch.replace(found.call, f"{name}({found.script.code(inner)})")
            return
    raise CannotPatch("the activation is shared with hidden layers")
