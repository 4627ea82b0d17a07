"""A finding as a card: the sentence, its evidence, its cause, what would help, where, and the rule's page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from gainstage.diagnose.finding import Cause, Finding, Remedy
from gainstage.diagnose.rule import number
from gainstage.show import numbers
from gainstage.show.ladder import MARKS
from gainstage.show.page.figure import folded, percent
from gainstage.show.page.markup import Markup, join, tag
from gainstage.show.page.prose import prose
from gainstage.show.page.split import CAUSES
from gainstage.show.proofs import Trial
from gainstage.show.sentences import split, typeset
from gainstage.show.sheet import Sheet

OPEN = 3  # findings whose details are shown; the others open on demand
MOST_PLACES = 12


def findings(key: str, sheet: Sheet) -> Markup:
    """All findings, the root first."""
    report = sheet.report
    if not report.findings:
        return tag("p", "No findings.", class_="quiet")
    return join(
        finding_card(
            f"{key}-{number}",
            finding,
            sheet.pages,
            sheet.excerpts,
            sheet.trials,
            whole=number < OPEN and finding.severity != "info",
        )
        for number, finding in enumerate(report.findings)
    )


def finding_card(
    key: str,
    finding: Finding,
    pages: Mapping[str, Mapping[str, str]],
    excerpts: Mapping[str, str],
    trials: Sequence[Trial] = (),
    *,
    whole: bool,
) -> Markup:
    """One finding; ``pages`` and ``excerpts`` as in :class:`~gainstage.show.sheet.Sheet`; not ``whole``: folded."""
    details = join(
        _evidence(finding),
        _cause(finding.cause),
        _remedies(finding.remedies),
        _proof([trial for trial in trials if finding.code in trial.codes]),
        _places(key, finding, excerpts),
        _page(key, finding, pages.get(finding.code, {})),
    )
    return tag(
        "article",
        tag(
            "h3",
            tag("span", MARKS[finding.severity], class_=f"mark {finding.severity}", aria_hidden="true"),
            tag("span", finding.code, class_="code"),
            tag("span", finding.name.replace("-", " "), class_="fault"),
            tag("span", finding.severity, class_=f"badge {finding.severity}"),
            id=f"{key}-title",
        ),
        tag("p", typeset(finding.text), class_="sentence"),
        details if whole else folded("Evidence, cause and cures", details, key=f"{key}-details"),
        class_=f"finding {finding.severity}",
        id=key,
        aria_labelledby=f"{key}-title",
    )


def _evidence(finding: Finding) -> Markup:
    told = [numbers.evidence(k, v) for k, v in finding.evidence.items() if k != "consequences" and v not in (None, [])]
    if finding.last_step > finding.first_step:
        told.append(f"seen at steps {finding.first_step:,}–{finding.last_step:,}")
    elif finding.last_step:
        told.append(f"seen at step {finding.first_step:,}")
    explained = finding.evidence.get("consequences") or []
    if explained:
        told.append(f"explains {', '.join(map(str, explained))}")
    return _part("Evidence", tag("ul", (tag("li", words) for words in told), class_="facts")) if told else Markup("")


def _part(title: str, *content: Markup) -> Markup:
    return tag("div", tag("h4", title), tag("div", content), class_="part")


def _cause(cause: Cause | None) -> Markup:
    if cause is None:
        return Markup("")
    name = tag("strong", cause.name.replace("-", " "))
    words = f": {typeset(cause.text)}" if cause.text else ""
    shares = {k: v for k, v in cause.share_db.items() if math.isfinite(v) and abs(v) >= 0.05}
    bar = join(_share_bar(shares), tag("p", split(cause.share_db), class_="quiet")) if shares else None
    return _part("Cause", tag("p", name, words), join(bar))


def _share_bar(shares: Mapping[str, float]) -> Markup:
    """The decibels as lengths side by side, the largest first; what works against the whole is drawn hollow."""
    whole, start, parts = sum(abs(v) for v in shares.values()), 0.0, []
    sign = math.copysign(1.0, sum(shares.values()))
    for name, value in sorted(shares.items(), key=lambda part: -abs(part[1])):
        width = 100 * abs(value) / whole
        kind = f"cause-{name if name in CAUSES else 'other'}" + ("" if value * sign > 0 else " against")
        parts.append(tag("rect", x=percent(start), width=percent(width), y=0, height=18, class_=kind))
        start += width
    return tag("svg", parts, width="100%", height=18, class_="plot shares", aria_hidden="true")


def _remedies(remedies: Sequence[Remedy]) -> Markup:
    if not remedies:
        return Markup("")
    items = (
        tag(
            "li",
            tag("strong", remedy.name.replace("-", " ")),
            " ",
            tag("span", remedy.safety, class_=f"badge {remedy.safety}"),
            tag("span", f" {remedy.where}", class_="quiet") if remedy.where else None,
            tag("p", typeset(remedy.predicted)),
        )
        for remedy in remedies
    )
    return _part("What would help", tag("ol", items, class_="remedies"))


def _proof(trials: Sequence[Trial]) -> Markup:
    if not trials:
        return Markup("")
    items = (
        tag(
            "li",
            tag("strong", trial.remedy.replace("-", " ")),
            " ",
            tag(
                "span",
                "proved" if trial.proved else "not proved",
                class_=f"badge {'safe' if trial.proved else 'unsafe'}",
            ),
            tag("p", _compared(trial)),
            tag("p", f"{typeset(trial.predicted)}; measured: {typeset(trial.measured)}", class_="quiet")
            if trial.measured
            else None,
        )
        for trial in trials
    )
    return _part("Proof", tag("ul", items, class_="remedies"))


def _compared(trial: Trial) -> str:
    mean, low, high = (_signed(value) for value in (trial.mean, trial.low, trial.high))
    how = "times the untouched training's" if trial.scale == "ratio" else "against the untouched training"
    interval = f" [{low} … {high}, 95 % interval]" if math.isfinite(trial.low + trial.high) else ""
    told = f"{trial.measure} {mean} {how}{interval}, {trial.seeds} seeds"
    if math.isnan(trial.cured_end):
        return f"{told}."
    return f"{told}; at the script's end {_signed(trial.cured_end)} instead of {_signed(trial.untouched_end)}."


def _signed(value: float) -> str:
    return number(value).replace("-", numbers.MINUS, 1) if value < 0 else number(value)


def _places(key: str, finding: Finding, excerpts: Mapping[str, str]) -> Markup:
    lines = list(dict.fromkeys(finding.source_lines))
    source = [
        tag("li", tag("code", line), tag("pre", tag("code", excerpts[line]), tabindex=0) if line in excerpts else None)
        for line in lines[:MOST_PLACES]
    ]
    names = [tag("li", tag("code", name)) for name in finding.sites]
    shown, rest = names[:MOST_PLACES], names[MOST_PLACES:]
    content = join(
        tag("ul", source, class_="source") if source else None,
        tag("ul", shown, class_="places") if shown else None,
        folded(f"{len(rest)} more", tag("ul", rest, class_="places"), key=f"{key}-places") if rest else None,
    )
    return _part("Where", content) if content else Markup("")


def _page(key: str, finding: Finding, sections: Mapping[str, str]) -> Markup:
    if not sections:
        return Markup("")
    body = (join(tag("h4", title), prose(text)) for title, text in sections.items())
    return folded(f"The rule: {finding.code} {finding.name}", *body, key=f"{key}-page", kind="rule")
