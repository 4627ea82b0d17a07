"""The proof on the terminal: what was compared, every arm, predictions beside measurements, the diff, the cost."""

from __future__ import annotations

import math
import shlex
import textwrap
from collections.abc import Sequence

from gainstage.diagnose.finding import Finding
from gainstage.show import numbers
from gainstage.show.console import Column, Page, Span, Spans, Terminal
from gainstage.show.ladder import MARKS
from gainstage.show.text import typeset
from gainstage.verify.proof import Arm, Effect, Final, Measure, Proof

MOST_LISTED = 8
LABEL = 10
NAME = 28  # columns for a candidate's name in the table, which must leave room for three numbers with intervals


def render(proof: Proof, able: Terminal) -> str:
    """The whole answer as text for a terminal."""
    page = Page(able)
    _add_header(page, proof)
    for finding in proof.findings[:3]:
        told = [(f"{finding.code} ", "strong"), (typeset(finding.text), "")]
        page.labelled((MARKS[finding.severity], finding.severity), told, width=1)
    if proof.measure is not None and proof.untouched is not None:
        page.blank()
        _add_table(page, proof, proof.measure, proof.untouched)
        page.blank()
        _add_predictions(page, proof)
    _add_listed(page, proof)
    page.blank()
    _add_answer(page, proof)
    return page.render()


def _add_header(page: Page, proof: Proof) -> None:
    seen = f"{proof.length:,} steps watched, {'the whole script' if proof.whole else 'a part of the script'}"
    page.paragraph(("gainstage fix", "strong"), (f"  {shlex.join(proof.command)} · ", ""), (seen, "dim"))
    page.blank()


def _add_table(page: Page, proof: Proof, measure: Measure, untouched: Arm) -> None:
    better = "less is better" if measure.lower else "more is better"
    why = f", {measure.note}" if measure.note else ""
    page.paragraph(
        (f"{measure.name}{why} ({better}), ", "strong"),
        ("mean over the seeds; in brackets 95 % intervals, paired over the seeds", ""),
    )
    words = ("over untouched", "over random") if measure.scale == "difference" else ("of untouched", "of random")
    rights = [Column(word, right=True) for word in ("step", "mean", *words)]
    rows: list[Sequence[Spans]] = [_row(("", ""), "untouched", proof.steps, untouched, None, None)]
    if proof.random is not None:
        rows.append(_row(("", ""), "random remedy", proof.steps, proof.random, None, None))
    for number, tried in enumerate(proof.tried, start=1):
        mark: Span = ("✓", "good") if tried.proved else (" ", "")
        name = textwrap.shorten(f"{number} {tried.candidate.name}", NAME, placeholder=" …")
        rows.append(_row(mark, name, tried.steps, tried.arm, tried.against_untouched, tried.against_random))
    page.table([Column(""), Column("", flexible=True), *rights], rows)


def _row(
    mark: Span, name: str, steps: int, arm: Arm, untouched: Effect | None, random: Effect | None
) -> Sequence[Spans]:
    failed = next((state for state in arm.states if state in ("exception", "killed", "timeout")), "")
    return [
        [mark],
        [(name, "strong" if mark[0] == "✓" else "")],
        [(f"{steps:,}", "dim")],
        [(failed or _mean(arm.values), "error" if failed else "")],
        [(_effect(untouched), "good" if untouched and untouched.clear else "")],
        [(_effect(random), "good" if random and random.clear else "")],
    ]


def _mean(values: Sequence[float]) -> str:
    return numbers.number(sum(values) / len(values)) if values else numbers.MISSING


def _effect(effect: Effect | None) -> str:
    """``×0.21 (0.18–0.25)`` for losses, ``+0.31 (0.24–0.38)`` for differences."""
    if effect is None or math.isnan(effect.mean):
        return numbers.MISSING
    ratio = effect.scale == "ratio"
    middle = f"×{effect.mean:.2g}" if ratio else f"{effect.mean:+.2g}".replace("-", numbers.MINUS)
    unknown = math.isinf(effect.high) or math.isinf(effect.low)
    if unknown:
        return middle
    low, high = (
        f"{end:.2g}" if ratio else f"{end:+.2g}".replace("-", numbers.MINUS) for end in (effect.low, effect.high)
    )
    return f"{middle} ({low}…{high})"


def _codes(findings: Sequence[Finding] | None) -> str:
    if findings is None:
        return numbers.MISSING
    return ", ".join(dict.fromkeys(finding.code for finding in findings)) or "nothing"


def _add_predictions(page: Page, proof: Proof) -> None:
    if proof.control is not None:
        page.paragraph(("random remedy ", "strong"), (typeset(proof.control.text), ""))
    for number, one in enumerate(proof.tried, start=1):
        candidate = one.candidate
        title: list[Span] = [(f"{number} {candidate.name} ", "strong"), (f"[{candidate.safety}] ", "dim")]
        page.paragraph(*title, (typeset(candidate.text), ""))
        page.labelled(("predicted", "dim"), [(typeset(candidate.predicted), "")], width=LABEL, indent=2)
        role = {True: "good", False: "warning", None: ""}[one.measured.held]
        left = f"; still found: {_codes(one.arm.findings)}"
        page.labelled(("measured", "dim"), [(typeset(one.measured.text), role), (left, "")], width=LABEL, indent=2)
        if one.final is not None:
            told = [(_final(one.final), "good" if one.final.better else "warning")]
            page.labelled(("soon ahead" if one.final.steps else "at the end", "dim"), told, width=LABEL, indent=2)


def _final(final: Final) -> str:
    cured, untouched = numbers.number(final.cured), numbers.number(final.untouched)
    if final.steps:
        return f"{final.measure.name} {cured} at step {final.steps:,}, untouched {untouched} at the end"
    return f"{final.measure.name} {cured} instead of {untouched}"


def _add_listed(page: Page, proof: Proof) -> None:
    more = [one for one in proof.listed if one.changes and (one.safety == "safe" or proof.unsafe)]
    others = [one for one in proof.listed if one not in more]
    if not proof.listed:
        return
    page.blank()
    if others:
        page.paragraph(("not tried", "dim"))
    for one in others[:MOST_LISTED]:
        how = "needs --unsafe" if one.changes else "by hand"
        page.labelled((one.name, ""), [(f"[{how}] ", "dim"), (typeset(one.predicted), "")], width=28, indent=2)
        if one.by_hand:
            page.paragraph((one.by_hand, "dim"), indent=4)
    if len(others) > MOST_LISTED:
        page.paragraph((f"and {len(others) - MOST_LISTED} more: see --json", "dim"), indent=2)
    if more:
        names = ", ".join(one.name for one in more)
        page.paragraph((f"with --candidates {len(proof.tried) + len(more)} also tried: ", "dim"), (names, ""))


def _add_answer(page: Page, proof: Proof) -> None:
    chosen = proof.chosen
    if chosen is not None:
        effect = _effect(chosen.against_untouched)
        last = f"; {'' if chosen.final.steps else 'at the end '}{_final(chosen.final)}" if chosen.final else ""
        page.labelled(("✓", "good"), [(f"proved: {chosen.candidate.name}, {effect}{last}", "strong")], width=1)
    elif not proof.findings:
        page.labelled(("✓", "good"), [(proof.reason, "strong")], width=1)
    else:
        page.labelled(("✗", "warning"), [(f"no cure proved: {proof.reason}", "strong")], width=1)
    for line in proof.trouble:
        page.paragraph((typeset(line), "warning"), indent=2)
    if proof.interrupted:
        page.paragraph(("interrupted: these are the results so far", "warning"), indent=2)
    if proof.cost.trials:
        page.paragraph((_cost(proof), "dim"), indent=2)


def _cost(proof: Proof) -> str:
    cost = proof.cost
    times = f", {cost.trainings:.1f} times this training" if cost.trainings is not None else ""
    return f"cost {cost.steps:,} steps in {cost.trials} trials{times}; {numbers.seconds(cost.seconds)}"


def _seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"


def add_next(proof: Proof, able: Terminal) -> str:
    """The one command worth typing now."""
    page = Page(able)
    page.paragraph(("next: ", "dim"), (next_command(proof), "command"))
    return page.render()


def next_command(proof: Proof) -> str:
    """``--apply`` where a cure is proved, ``--unsafe`` where that opens something, an explanation otherwise."""
    script = shlex.join(proof.command)
    if proof.chosen is not None:
        unsafe = "--unsafe " if proof.chosen.candidate.safety == "unsafe" else ""
        return f"gainstage fix {unsafe}--apply {script}"
    if not proof.unsafe and any(one.changes and one.safety == "unsafe" for one in proof.listed):
        return f"gainstage fix --unsafe {script}"
    if proof.findings:
        return f"gainstage explain {proof.findings[0].code}"
    return f"gainstage run {script}"
