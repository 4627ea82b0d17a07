"""The table of the page about comparisons, from what its benchmark measured."""

from __future__ import annotations

from typing import Any

HEAD = """\
`benchmarks/compare.py`: {count} trainings of seconds on real data, {candidates} candidates on {seeds} seeds each, all
run to the end; then the race on the recorded courses, {repeats} times on seeds drawn with replacement. It **agrees**
where its winner is the exhaustive comparison's on the same seeds, or tied with it there. **Order kept**: finalists'
pairs that could be told apart early, and ended so.

| training | compared by | agrees | same winner | cost | order kept |
| --- | --- | ---: | ---: | ---: | ---: |
"""


def block(found: dict[str, Any]) -> str:
    """Markdown between the markers of docs/compare.md."""
    agreement, text = found.get("agreement") or {}, ""
    if agreement:
        tasks = agreement["tasks"]
        text = HEAD.format(count=len(tasks), candidates=tasks[0]["candidates"], **agreement)
        for row in tasks:
            shares = " | ".join(f"{row[key]:.0%}" for key in ("agreement", "same_winner", "cost"))
            text += f"| {row['task']} | {row['measure']} | {shares} | {'/'.join(map(str, row['order_kept']))} |\n"
        means = " | ".join(f"{agreement[key]:.0%}" for key in ("agreement", "same_winner", "cost"))
        text += f"| **mean** | | {means} | |\n"
    where = f"{found['date']}; python {found['python']}, torch {found['torch']}."
    return "\n".join([text, *sentences(found), where, ""])


def sentences(found: dict[str, Any]) -> list[str]:
    """What was measured beside the race, a sentence each."""
    told: list[str] = []
    if "speed" in found:
        speed = found["speed"]
        told.append(f"Two workers took {speed['two']:.1f} s for what one took {speed['one']:.1f} s: "
                    f"{speed['speedup']:.2f} times as fast.\n")  # fmt: skip
    if "simulation" in found:
        one = found["simulation"]
        told.append(
            f"A simulation of {one['trials']:,} trials on {one['workers']} workers ({one['lost']} jobs lost with their "
            f"worker and begun again, {one['stragglers']} ten times as slow): queue, store and race took this process "
            f"{1000 * one['own_seconds_per_job']:.1f} ms a job. Workers were busy {one['busy']:.0%} of the time: a "
            f"rung waits for its slowest trial.\n"
        )
    if "dask" in found:
        one = found["dask"]
        told.append(f"Dask added {1000 * one['median_seconds']:.0f} ms to a job (median of {one['jobs']}, one after "
                    f"the other), {1000 * one['seconds_each_when_queued']:.0f} ms when all were queued.\n")  # fmt: skip
    return told
