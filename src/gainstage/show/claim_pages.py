"""The claims as a page of documentation, made from the JSON document that ``gainstage claims --json`` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gainstage.show.chart import chart
from gainstage.show.numbers import seconds

WORDS = {"holds": "**holds**", "refuted": "**refuted**", "depends": "**depends**"}
INTRODUCTION = """\
# What textbooks say, judged by computing

`gainstage claims` judges statements that learners meet about activation functions. No verdict is written down: each
follows from what is computed, and this page is what was computed on one machine
(`gainstage claims --again --json > benchmarks/results/claims.json`, then `make docs`). A statement with several halves
is judged half by half: it is *refuted* when one half is, *depends* when one half holds under a condition only.
*Certified* means ball arithmetic or exact arithmetic, *numerical* double precision on a grid from the smallest to the
largest float32 or quadrature, *experiment* seeded trainings or timings with the range over their seeds.

```python
from gainstage.claims import CLAIMS, judge

judge(CLAIMS["tanh-monotonic"]).verdict  # "refuted"
```
"""


def page(document: Mapping[str, Any], figures: str = "figures") -> str:
    """The page as Markdown; figures are linked in the folder ``figures``."""
    lines = [INTRODUCTION, "| claim | statement | verdict | proof | time |", "| --- | --- | --- | --- | --- |"]
    for row in document["claims"]:
        link = f"[{row['id']}](#{row['id']})"
        cells = [link, _cell(row["statement"]), WORDS[row["verdict"]], row["proof"], seconds(row["seconds"])]
        lines.append(f"| {' | '.join(cells)} |")
    for row in document["claims"]:
        verdict = f"{WORDS[row['verdict']]} ({row['proof']})"
        lines += ["", f"## {row['id']}", "", f"> {row['statement']}", "", verdict, ""]
        for part in row["evidence"]["parts"]:
            lines += _told(part)
            if part["curves"]:
                lines.append(f"\n  ![{part['curves']['title']}]({figures}/{row['id']}.svg)\n")
    return "\n".join(lines).rstrip("\n") + "\n"


def pictures(document: Mapping[str, Any]) -> dict[str, str]:
    """SVG text by the claim's id, for the claims that have something to show."""
    drawn = {}
    for row in document["claims"]:
        for part in row["evidence"]["parts"]:
            if part["curves"]:
                drawn[row["id"]] = chart(**part["curves"])
    return drawn


def _told(part: Mapping[str, Any]) -> list[str]:
    verdict = "beside it" if part["aside"] else part["verdict"]
    condition = [f"  *{part['condition']}*"] if part["condition"] else []
    return [f"* {part['asked']} — {verdict}: {part['text']}", *condition]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
