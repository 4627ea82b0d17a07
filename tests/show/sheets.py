"""Sheets of made-up runs for the tests of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import chains

from gainstage.diagnose.engine import Diagnosis, diagnose
from gainstage.diagnose.finding import Finding
from gainstage.diagnose.view import View
from gainstage.record.run import Run
from gainstage.record.schema import RunInfo, Signal, Site, Step
from gainstage.show.sheet import Sheet, sheet

HOSTILE = '</script></style><img src=x onerror="window.hit=1;alert(1)">[red]'
NAMES = (HOSTILE, "\"'><svg onload=alert(2)>", "‮\x1b[31mevil\x07", "${alert(3)}{{7*7}}")


def diagnosis(run: Run, findings: Sequence[Finding] = ()) -> Diagnosis:
    """A diagnosis with these findings, whatever the rules would say."""
    return Diagnosis(tuple(findings), View(run), run)


def sick(depth: int = 20) -> Sheet:
    """A chain whose gradient vanishes, with findings of each severity."""
    return sheet(sick_diagnosis(depth))


def sick_diagnosis(depth: int = 20) -> Diagnosis:
    """The same before it is laid out."""
    run = chains.chain(depth, forward=0.3, backward=0.144)
    sites = [site.name for site in run.sites if site.kind == "affine"]
    first = chains.vanishing(sites[: max(1, 7 * depth // 10)])
    slow = Finding("GS302", "update-too-small", "warning", "The weights move by 0.001 % a step.", (sites[-1],))
    info = Finding("GS103", "off-centre-activation", "info", "One sign only.", ("net.1 (sigmoid)",))
    return diagnosis(run, [first, slow, info])


def healthy() -> Sheet:
    """A chain that all passes through."""
    return sheet(diagnosis(chains.chain(6)))


def empty() -> Sheet:
    """A run of which nothing was observed."""
    info = RunInfo("e", ("train.py",), "train.py", 1000.0, outcome="exception")
    return sheet(diagnose(Run(info, (), (), (), (), (), ())))


def hostile() -> Sheet:
    """Names, arguments, paths and sentences that try to be more than text."""
    info = replace(chains.INFO, argv=(HOSTILE, *NAMES), script=HOSTILE, versions={HOSTILE: HOSTILE})
    run = chains.chain(len(NAMES), forward=0.3, backward=0.1, names=NAMES, info=info)
    finding = chains.vanishing([site.name for site in run.sites])
    finding = replace(finding, text=f"See {HOSTILE}", source_lines=(f"{HOSTILE}:3",), evidence={HOSTILE: HOSTILE})
    return sheet(diagnosis(run, [finding]))


def broken() -> Sheet:
    """Signals that are zero, infinite or not numbers, and a loss that is all of them."""
    run = chains.chain(4)
    steps = tuple(replace(step, loss=value) for step, value in zip(run.steps, _LOSSES, strict=True))
    signals = [
        Signal(step.step, site.index, 8, 1.0, 0.0, _VALUES[(n + site.index) % 5], gradient_in=_VALUES[n % 5],
               gradient=_VALUES[site.index % 5], transmission=_VALUES[n % 5], dead_units=8)
        for n, step in enumerate(steps)
        for site in run.sites
    ]  # fmt: skip
    return sheet(
        diagnosis(Run(run.info, run.sites, run.parameters, steps, signals, (), ()), [chains.vanishing(["net.0"])])
    )


_LOSSES = (1.0, float("inf"), 1e300, float("nan"), -float("inf"), 1e-300)
_VALUES = (0.0, 1.0, float("inf"), float("nan"), 1e-320)


def two_networks() -> Sheet:
    """Two networks in one run, as a generator and its discriminator."""
    run = chains.chain(6)
    sites = tuple(replace(site, root="G" if site.index < 6 else "D") for site in run.sites)
    apart = tuple(replace(site, sources=() if site.index == 6 else site.sources) for site in sites)
    return sheet(diagnosis(_with_sites(run, apart)))


def _with_sites(run: Run, sites: tuple[Site, ...]) -> Run:
    names = [site.index for site in sites]
    signals = [
        Signal(step, index, 8, signal=run.signal(index, "signal")[n], gradient=run.signal(index, "gradient")[n])
        for n, step in enumerate(chains.SAMPLES)
        for index in names
    ]
    steps = tuple(Step(step, float(step), "Adam", loss=1.0) for step in chains.SAMPLES)
    return Run(run.info, sites, run.parameters, steps, signals, (), ())
