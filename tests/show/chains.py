"""Reports of made-up chains: the records of a run written down directly, so that no test here has to train."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gainstage.diagnose.engine import Diagnosis
from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.view import View
from gainstage.record.run import Run
from gainstage.record.schema import Parameter, RunInfo, Signal, Site, Step, Update
from gainstage.show.report import Report, build

INFO = RunInfo(
    identifier="a1",
    argv=("train.py", "--epochs", "3"),
    script="train.py",
    started=1000.0,
    ended=1012.3,
    exit_code=0,
    outcome="finished",
    versions={"torch": "2.13.0"},
)
SAMPLES = (0, 1, 2, 4, 8, 1799)


def chain(
    depth: int, *, forward: float = 1.0, backward: float = 1.0, names: Sequence[str] = (), info: RunInfo = INFO
) -> Run:
    """``depth`` stages of a linear operation and a sigmoid, each with these gains, sampled at ``SAMPLES``."""
    sites, parameters, signals, updates = [], [], [], []
    for number in range(depth):
        module = names[number] if names else f"net.{2 * number}"
        sites += _sites(number, module)
        parameters.append(Parameter(number, f"{module}.weight", (8, 8)))
        for step in SAMPLES:
            level, slope = forward**number, backward ** (depth - 1 - number)
            signals += [
                Signal(step, 2 * number, 64, level, 0.0, level, gradient_in=slope * backward, gradient=slope),
                Signal(
                    step,
                    2 * number + 1,
                    64,
                    level,
                    0.0,
                    level * forward,
                    gradient_in=slope,
                    gradient=slope,
                    transmission=0.05,
                    dead_units=2,
                ),
            ]
            updates.append(Update(step, number, weight=0.1, ratio=1e-3 * slope))
    steps = tuple(Step(step, float(step), "SGD", loss=2.3, bare_seconds=0.006, cost_seconds=0.01) for step in SAMPLES)
    return Run(info, tuple(sites), tuple(parameters), steps, signals, updates, (), path="train.gs", sampled=37)


def _sites(number: int, module: str) -> list[Site]:
    before = (2 * number - 1,) if number else ()
    weight = f"{module}.weight"
    common = {"call": 0, "root": "Net", "units": 8, "source_line": "train.py:14"}
    linear = Site(2 * number, module, "linear", kind="affine", weight=weight, sources=before, **common)
    activation = replace(
        linear,
        index=2 * number + 1,
        module=f"net.{2 * number + 1}",
        operation="sigmoid",
        kind="activation",
        function="sigmoid",
        weight="",
        sources=(2 * number,),
    )
    return [linear, activation]


def vanishing(sites: Sequence[str]) -> Finding:
    """A finding with everything a finding can have."""
    return Finding(
        code="GS201",
        name="vanishing-gradient",
        severity="error",
        text="The gradient does not reach the first 14 of 20 stages: it loses 336 dB on its way back, 245 dB of them "
        "by the derivative of sigmoid.",
        sites=tuple(sites),
        source_lines=("train.py:14",),
        first_step=0,
        last_step=1799,
        evidence={"update_ratio": 3.1e-15, "gradient_db": -336.2, "samples": 37, "stages": 14, "late_share": 0.25},
        cause=Cause("activation", {"activation": -245.1, "weights": -91.1, "dropout": 0.0}),
        remedies=(
            Remedy("relu-for-sigmoid", "unsafe", "net.1 … net.39", "gradient −3.5 dB instead of −336 dB", -3.5, "dB"),
            Remedy("reinitialise", "safe", "net.0 … net.38", "gradient −250 dB instead of −336 dB", -250.0, "dB"),
        ),
    )


def report(run: Run, findings: Sequence[Finding] = ()) -> Report:
    """The report of a run with these findings, whatever the rules would say of it."""
    return build(Diagnosis(tuple(findings), View(run), run))


def sick(depth: int = 20) -> Report:
    """A chain whose gradient vanishes, with the finding that says so."""
    run = chain(depth, forward=0.3, backward=0.144)
    sites = [site.name for site in run.sites if site.kind == "affine"][: max(1, 7 * depth // 10)]
    return report(run, [vanishing(sites), *_minor(run)])


def _minor(run: Run) -> list[Finding]:
    text = "The weights of net.38 move by 0.001 % a step."
    slow = Finding("GS302", "update-too-small", "warning", text, ("net.38.weight",))
    sites = ("net.1 (sigmoid)",)
    return [slow, replace(slow, code="GS103", name="off-centre-activation", severity="info", sites=sites)]
