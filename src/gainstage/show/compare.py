"""The comparison on the terminal: the ranking, what each candidate costs, what was dropped and at which risk."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence

from gainstage.comparison.answer import Comparison, Entry, Row
from gainstage.show import numbers
from gainstage.show.console import Column, Page, Spans, Terminal
from gainstage.verify.proof import Effect


def render(found: Comparison, able: Terminal) -> str:
    """The whole answer as text for a terminal."""
    page = Page(able)
    _add_header(page, found)
    page.blank()
    _add_ranking(page, found)
    page.blank()
    _add_costs(page, found)
    _add_left(page, found)
    page.blank()
    _add_answer(page, found)
    return page.render()


def _add_header(page: Page, found: Comparison) -> None:
    arms, rates = len(found.rows), max((1 + len(row.others) for row in found.rows), default=0)
    what = f"{arms} candidates, each at {rates} learning rates of its own, {found.seeds} seeds"
    page.paragraph(("gainstage compare", "strong"), (f"  {shlex.join(found.command)} · ", ""), (what, "dim"))
    for note in found.notes:
        page.labelled(("!", "warning"), [(note, "")], width=1)


def _add_ranking(page: Page, found: Comparison) -> None:
    measure = found.measure
    if measure is not None:
        better = "less is better" if measure.lower else "more is better"
        why = f", {measure.note}" if measure.note else ""
        end = "the script's end" if found.whole else "as far as was watched"
        how = "mean over the seeds; in brackets 95 % intervals, paired over the seeds"
        page.paragraph((f"{measure.name}{why} ({better}) ", "strong"), (f"at step {found.steps:,}, {end}: {how}", ""))
    against = "best over it" if measure is not None and measure.scale == "difference" else "best / it"
    columns = [
        Column(""), Column("candidate", flexible=True), Column("its lr", right=True), Column("mean", right=True),
        Column(against, right=True), Column("P(best)", right=True), Column("steps to target", right=True),
    ]  # fmt: skip
    page.table(columns, [_rank(place, row, found) for place, row in enumerate(found.rows, start=1)])
    if math.isfinite(found.target):
        page.paragraph(
            (f"target: training loss {numbers.number(found.target)}, which the last of the finalists ends with", "dim"),
            indent=2,
        )


def _rank(place: int, row: Row, found: Comparison) -> Sequence[Spans]:
    best = row.best
    role = "strong" if row.tied else "" if best.values else "dim"
    mark = "=" if row.tied and len(found.tied) > 1 else "✓" if row.tied else ""
    if best.dropped is not None:
        told = "broke" if best.dropped.broke else f"dropped at step {best.dropped.step:,}"
        cells = [(told, role), ("", role), ("", ""), (_steps(best.reached), role)]
    else:
        cells = [
            (numbers.number(best.mean), role),
            (_effect(best.against), role),
            (numbers.percent(row.share), role),
            (_steps(best.reached), role),
        ]
    return [[(mark, "good")], [(row.arm.name, role)], [(_rate(best), role)], *([cell] for cell in cells)]


def _rate(entry: Entry) -> str:
    candidate = entry.candidate
    return f"{candidate.rate:.2g}" if math.isfinite(candidate.rate) else f"×{candidate.factor:.2g}"


def _steps(value: float) -> str:
    return f"{value:,.0f}" if math.isfinite(value) else numbers.MISSING


def _effect(effect: Effect | None) -> str:
    """``×0.91 (0.85…0.98)`` for losses, ``+0.03 (+0.01…+0.05)`` for differences."""
    if effect is None:
        return ""
    ratio = effect.scale == "ratio"
    parts = [f"{end:.2f}" if ratio else f"{end:+.2g}" for end in (effect.mean, effect.low, effect.high)]
    middle, low, high = (part.replace("-", numbers.MINUS) for part in parts)
    return f"{'×' if ratio else ''}{middle} ({low}…{high})"


def _add_costs(page: Page, found: Comparison) -> None:
    columns = [
        Column(""), Column("candidate", flexible=True), Column("ms/step", right=True), Column("memory", right=True),
        Column("dead", right=True), Column("saturated", right=True), Column("zeros", right=True), Column("findings"),
    ]  # fmt: skip
    page.table(columns, [_cost(row.best) for row in found.rows])


def _cost(entry: Entry) -> Sequence[Spans]:
    facts = entry.facts
    shares = (facts.dead, facts.saturated, facts.sparsity) if facts is not None else (math.nan,) * 3
    pace = f"{1000 * entry.step_seconds:.2g}" if math.isfinite(entry.step_seconds) else numbers.MISSING
    findings = ", ".join(facts.findings) if facts is not None else numbers.MISSING
    return [
        [("", "")],
        [(entry.candidate.arm.name, "")],
        [(pace, "")],
        [(f"{entry.memory / 2**20:,.0f} MiB", "")],
        *([(numbers.percent(share), "")] for share in shares),
        [(findings, "warning" if findings else "")],
    ]


def _add_left(page: Page, found: Comparison) -> None:
    if found.left:
        page.blank()
    for one in found.left:
        page.labelled((one.arm.name, ""), [("not compared: ", "dim"), (one.why, "")], width=24, indent=2)


def _add_answer(page: Page, found: Comparison) -> None:
    tied = found.tied
    if found.interrupted:
        page.paragraph(("interrupted: these are the results so far; the same command goes on from here", "warning"))
    if len(tied) > 1:
        names = ", ".join(f"{row.arm.name} ({numbers.percent(row.share)})" for row in tied)
        page.labelled(("=", "good"), [(f"a tie: no difference is shown between {names}", "strong")], width=1)
    elif tied:
        (row,) = tied
        page.labelled(("✓", "good"), [(f"best: {row.arm.name} at learning rate {_rate(row.best)}", "strong")], width=1)
    for sentence in (_risk(found), _cost_of(found)):
        page.paragraph((sentence, "dim"), indent=2)


def _risk(found: Comparison) -> str:
    dropped = sum(entry.dropped is not None for row in found.rows for entry in (row.best, *row.others))
    if not dropped:
        return "nothing was dropped before the end"
    order = ""
    if found.held.pairs:
        order = f"; of {found.held.pairs} pairs as far apart early, {found.held.held} kept their order to the end"
    return (
        f"{dropped} dropped early: the risk that the best was among them by the seeds' chance is at most "
        f"{numbers.percent(found.risk)}{order}"
    )


def _cost_of(found: Comparison) -> str:
    cost = found.cost
    share = numbers.percent(cost.steps / cost.exhaustive) if cost.exhaustive else ""
    known = f", {cost.known} of them known before" if cost.known else ""
    return (
        f"cost {cost.steps:,} steps in {cost.trials} trials{known}: {share} of all candidates to the end; "
        f"{numbers.seconds(cost.seconds)}; results in {found.folder}"
    )

