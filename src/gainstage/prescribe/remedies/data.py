"""What goes in: inputs standardised, holes filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gainstage.prescribe.case import Case
from gainstage.prescribe.draft import Draft, Wanted, makes
from gainstage.prescribe.remedies.normalise import normalised_first
from gainstage.prescribe.source.expressions import base_name
from gainstage.prescribe.source.patch import CannotPatch, Patch
from gainstage.prescribe.source.script import Script, dotted_name
from gainstage.prescribe.source.variables import Assignment, origin
from gainstage.prescribe.training import inputs

STANDARDISE = "LeCun, Bottou, Orr and Müller (1998), Efficient BackProp, section 4.3"
UNEVEN = 10.0  # largest over smallest deviation of the columns, above which each column gets its own scale


@makes("standardise-inputs", "scale-inputs")
def standardise_inputs(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """The data itself where its variable is found, else a layer in front that does it."""
    spread = wanted.finding.evidence.get("spread")
    uneven = not isinstance(spread, (int, float)) or spread > UNEVEN
    for own in (uneven, not uneven):
        columns = "0" if own else ""
        if patches := changed(case, f"({{x}} - {{first}}.mean({columns})) / ({{first}}.std({columns}) + 1e-6)"):
            each = "Every column" if own else "All inputs together"
            yield wanted.draft(f"{each} with mean 0 and deviation 1.", patches, source=STANDARDISE,
                               variant="columns" if own else "together")  # fmt: skip
    if wanted.remedy.name == "scale-inputs":  # the other findings name the layer as a remedy of its own
        yield from normalise_first(case, wanted)


@makes("normalise-first")
def normalise_first(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """A normalisation without weights in front of the first layer."""
    if patches := normalised_first(case):
        text = "A normalisation in front of the first layer."
        yield wanted.draft(text, patches, source="Ioffe and Szegedy (2015)", variant="layer")


@makes("clean-data")
def clean_data(case: Case, wanted: Wanted) -> Iterator[Draft]:
    """Empty cells become zero, the mean of a standardised column."""
    script = next(iter(case.scripts.values()), None)
    if script is None:
        return
    function = Patch(script).spelled("torch.nan_to_num")
    if patches := changed(case, f"{function}({{tensor}})", tensor=True, require="torch"):
        yield wanted.draft("Missing values become 0.", patches, source="torch.nan_to_num's documentation")


def changed(case: Case, formula: str, *, tensor: bool = False, require: str = "") -> list[Patch]:
    """Put ``formula`` of themselves into the variables that networks are fed from, where they are last assigned."""
    for script, call, name in inputs(case):
        found = origin(script, name, call)
        if found is None:
            continue
        first, assignment = found
        others = [item for item in fed(case, script, dotted_name(call.func)) if item != first]
        names, place = alongside(script, assignment, first, others)
        values = ", ".join(formula.format(x=item, first=first, tensor=item) for item in names)
        patch = Patch(script)
        try:
            patch.after(place, [f"{', '.join(names)} = {values}"])
        except CannotPatch:
            continue
        return [patch]
    return []


def fed(case: Case, script: Script, network: str) -> list[str]:
    """Variables that the same network is called with anywhere in the file."""
    names = [base_name(call.args[0].value) for call in script.calls if call.args and dotted_name(call.func) == network]
    return list(dict.fromkeys(names))


def alongside(
    script: Script, assignment: Assignment, first: str, others: Sequence[str]
) -> tuple[list[str], Assignment]:
    """The variables that have to change with the first one, and behind which assignment."""
    names, place = [first], assignment
    for name in others:
        found = origin(script, name, script.tree.body[-1]) if script.tree.body else None
        if found is not None and found[0] == name:
            names.append(name)
            place = max(place, found[1], key=script.start)
    return list(dict.fromkeys(names)), place
