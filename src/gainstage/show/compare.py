"""The comparison on the terminal: the ranking, what each candidate costs, what was dropped and at which risk."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence

from gainstage.comparison.answer import Comparison, Entry, Row
from gainstage.show import numbers
from gainstage.show.console import Column, Page, Spans, Terminal
from gainstage.verify.proof import Effect

LABEL = 22  # cells of a candidate's name in lists


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
    what = f"{arms} candidates, each at {rates} learning rates, {found.seeds} seeds"
    page.paragraph(("gainstage compare", "strong"), (f"  {shlex.join(found.command)} · ", ""), (what, "dim"))
    for note in found.notes:
        page.labelled(("!", "warning"), [(note, "")], width=1)


def _add_ranking(page: Page, found: Comparison) -> None:
    measure = found.measure
    if measure is not None:
        better = "less is better" if measure.lower else "more is better"
        why = f", {measure.note}" if measure.note else ""
        end = "the script's end" if found.whole else "as far as it was watched"
        how = "mean over the seeds, in brackets the 95 % interval of the paired difference"
        page.paragraph((f"{measure.name}{why} ({better}) ", "strong"), (f"at step {found.steps:,}, {end}: {how}", ""))
    against = "best over it" if measure is not None and measure.scale == "difference" else "best / it"
    columns = [
        Column(""), Column("candidate", flexible=True), Column("its lr", right=True), Column("mean", right=True),
        Column(against, right=True), Column("P(best)", right=True), Column("steps", right=True),
    ]  # fmt: skip
    page.table(columns, [_rank(row, found) for row in found.rows if row.best.dropped is None])
    if math.isfinite(found.target):
        target = f"steps: to a training loss of {numbers.number(found.target)}, which the last of these ends with"
        page.paragraph((target, "dim"), indent=2)
    if any(row.best.dropped is not None for row in found.rows):
        page.paragraph(("dropped, those that came further first", "dim"))
    for row in found.rows:
        if row.best.dropped is not None:
            page.labelled((row.arm.name, ""), [(out(row.best), "dim")], width=LABEL, indent=2)


def _rank(row: Row, found: Comparison) -> Sequence[Spans]:
    best, role = row.best, "strong" if row.tied else ""
    mark = "=" if row.tied and len(found.tied) > 1 else "✓" if row.tied else ""
    return [
        [(mark, "good")],
        [(row.arm.name, role)],
        [(rate(best), role)],
        [(numbers.number(best.mean), role)],
        [(effect(best.against), role)],
        [(numbers.percent(row.share), role)],
        [(steps(best.reached), role)],
    ]


def out(entry: Entry) -> str:
    """``at step 60, learning rate 0.1: training loss 0.61``."""
    drop = entry.dropped
    if drop is None:
        return ""
    if drop.broke:
        return f"broke by step {drop.step:,}: {entry.errors[0] if entry.errors else 'its loss is no number any more'}"
    when = f"at step {drop.step:,} on {drop.seeds} seeds"
    return f"{when}, at its best learning rate {rate(entry)}: training loss {numbers.number(entry.loss)}"


def rate(entry: Entry) -> str:
    """Its learning rate, or the factor on the script's own where that is unknown."""
    candidate = entry.candidate
    return f"{candidate.rate:.2g}" if math.isfinite(candidate.rate) else f"×{candidate.factor:.2g}"


def steps(value: float) -> str:
    """Whole steps; a dash where the target was not reached."""
    return f"{value:,.0f}" if math.isfinite(value) else numbers.MISSING


def effect(effect: Effect | None) -> str:
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
    if tied:
        page.labelled(("=" if len(tied) > 1 else "✓", "good"), [(answer(found), "strong")], width=1)
    for sentence in (risk(found), cost(found)):
        page.paragraph((sentence, "dim"), indent=2)


def answer(found: Comparison) -> str:
    """Who is best, or between whom no difference is shown, as a sentence."""
    if len(found.tied) > 1:
        names = ", ".join(f"{row.arm.name} ({numbers.percent(row.share)})" for row in found.tied)
        return f"a tie: no difference is shown between {names}"
    best = found.tied[0] if found.tied else None
    return f"best: {best.arm.name} at learning rate {rate(best.best)}" if best else "nothing could be ranked"


def risk(found: Comparison) -> str:
    """What dropping has risked; and how much an early order says here."""
    drops = [entry.dropped for row in found.rows for entry in (row.best, *row.others) if entry.dropped is not None]
    kept = ""
    if found.held.pairs:
        kept = f" Of {found.held.pairs} pairs told apart early, {found.held.held} ended in that order."
    if not drops:
        return f"Nothing was dropped before the end.{kept}"
    chance, allowed = numbers.percent(found.spent), numbers.percent(found.risk)
    return (
        f"{len(drops)} of {found.count} were dropped before the end; the chance that the best was among them, by the "
        f"seeds' scatter, is {chance} (at most {allowed} allowed).{kept}"
    )


def cost(found: Comparison) -> str:
    """What it took beside all candidates to the end, and where the results lie."""
    spent = found.cost
    share = numbers.percent(spent.steps / spent.exhaustive) if spent.exhaustive else ""
    where = f"; results in {found.folder}" if found.folder else ""
    known = f", {spent.known} of them known before" if spent.known else ""
    return (
        f"Cost: {spent.steps:,} steps in {spent.trials} trials{known}, {share} of all candidates to the end; "
        f"{numbers.seconds(spent.seconds)}{where}"
    )

