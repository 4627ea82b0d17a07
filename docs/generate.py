"""Writes what the documentation takes from code and measurements; --check only says what is out of date.

The rules' pages and tables come from their docstrings, the functions' from their proofs, the costs from
benchmarks/results, and with --demo the terminal output in the README from really running the demo.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import comparison_table
import gains
import models_table
import remedies_page
import starts
from approximation_tables import tables
from measured import fuzz_table, numerics, repair_table, speed

from gainstage.diagnose.engine import RULES
from gainstage.functions.cards import card, names
from gainstage.show import claim_pages, figure, function_pages, pages

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
RULE_PAGES = ROOT / "docs" / "rules"
FUNCTION_PAGES = ROOT / "docs" / "functions"
DEMO = ROOT / "src" / "gainstage" / "demo" / "digits.py"
OVERHEAD = ROOT / "benchmarks" / "results" / "overhead.json"
THEORY = ROOT / "docs" / "theory.md"
INITIALISATION = ROOT / "docs" / "initialisation.md"
STARTS = ROOT / "benchmarks" / "results" / "initialisation.json"
APPROXIMATION = ROOT / "docs" / "approximation.md"
CLAIMS = ROOT / "benchmarks" / "results" / "claims.json"
# Part of which page, results, and what lays them out.
BLOCKS = {
    "repair": ("fix.md", "repair.json", repair_table),
    "fuzz": ("security.md", "fuzz.json", fuzz_table),
    "compare": ("compare.md", "compare.json", comparison_table.block),
    "models": ("models.md", "models.json", models_table.block),
}
MEASURED = {"numerics": numerics, "functions": speed}
PAGES = {"numerics": "numerics.md", "functions": "speed.md"}


def main() -> int:
    """Write the documents, or compare them; exit code 1 when ``--check`` finds one out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit with 1 when something is out of date")
    parser.add_argument("--demo", action="store_true", help="run the demo and put what it prints into the README")
    options = parser.parse_args()
    made = documents(options.demo)
    stale = {path: text for path, text in made.items() if read(path) != text}
    orphans = [path for path in (*RULE_PAGES.glob("GS*.md"), *FUNCTION_PAGES.glob("*.*")) if path not in made]
    for path in [*stale, *orphans]:
        print(path.relative_to(ROOT))
    if options.check:
        return int(bool(stale or orphans))
    RULE_PAGES.mkdir(exist_ok=True)
    for path, text in stale.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in orphans:
        path.unlink()
    return 0


def documents(demo: bool = False) -> dict[Path, str]:
    """Every document that is generated, in whole or between its markers, and what it should hold now."""
    rules = list(RULES.values())
    # A report about the recording is no symptom of a network.
    blocks = {"symptoms": pages.symptoms(rule for rule in rules if pages.family(rule) != "the recording")}
    if OVERHEAD.exists():
        blocks["costs"] = costs(json.loads(read(OVERHEAD)))
    if demo:
        blocks["demo"] = f"```text\n{demo_output('run')}```\n"
        blocks["cure"] = f"```diff\n{essence(demo_output('fix'))}```\n"
    readme = read(README)
    for name, block in blocks.items():
        readme = between(readme, name, block)
    written = {RULE_PAGES / f"{rule.code}.md": pages.page(rule) for rule in rules}
    written |= functions()
    written |= claims(json.loads(read(CLAIMS))) if CLAIMS.exists() else {}
    if STARTS.exists() and INITIALISATION.exists():
        block = starts.block(json.loads(read(STARTS)))
        written[INITIALISATION] = between(read(INITIALISATION), "starts", block)
    written[THEORY] = between(read(THEORY), "gains", gains.block())
    written[ROOT / "docs" / "figures" / "chains.svg"] = gains.figure()
    written[ROOT / "docs" / "remedies.md"] = remedies_page.page()
    written |= measured_blocks()
    written |= {**measured_pages(), **approximation()}
    return {**written, RULE_PAGES / "index.md": pages.index(rules), README: readme}


def measured_pages() -> dict[Path, str]:
    """The pages about digits and speed of activation functions, where they have been measured."""
    results = {name: ROOT / "benchmarks" / "results" / f"{name}.json" for name in MEASURED}
    found = {name: json.loads(read(path)) for name, path in results.items() if path.exists()}
    return {ROOT / "docs" / PAGES[name]: MEASURED[name](result) for name, result in found.items()}


def measured_blocks() -> dict[Path, str]:
    """The pages of which a part is a benchmark's figures, for the benchmarks that have been run."""
    written = {}
    for name, (page, results, block) in BLOCKS.items():
        path, measured = ROOT / "docs" / page, ROOT / "benchmarks" / "results" / results
        if measured.exists():
            written[path] = between(read(path), name, block(json.loads(read(measured))))
    return written


def approximation() -> dict[Path, str]:
    """The page about approximation, its tables from the benchmark's results."""
    results, text = ROOT / "benchmarks" / "results" / "approximation.json", read(APPROXIMATION)
    for name, block in tables(json.loads(read(results))).items() if results.exists() else ():
        text = between(text, name, block)
    return {APPROXIMATION: text}


def functions() -> dict[Path, str]:
    """A page and a figure for every function, from the proofs that are shipped, and the table of all."""
    cards = [card(name) for name in names()]
    written = {FUNCTION_PAGES / f"{one.name}.md": function_pages.page(one) for one in cards}
    written |= {FUNCTION_PAGES / f"{one.name}.svg": figure.figure(one) for one in cards}
    return {**written, FUNCTION_PAGES / "index.md": function_pages.index(cards)}


def between(text: str, name: str, block: str) -> str:
    """``text`` with ``block`` between the markers ``<!-- begin name -->`` and ``<!-- end name -->``."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    if begin not in text or end not in text:
        raise SystemExit(f"no markers {begin} ... {end} to put the block between")
    return re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n{block}{end}", text, flags=re.DOTALL)


def costs(measured: dict[str, object]) -> str:
    """The overhead benchmark's results as a table: one row per workload, ratios to the bare step."""
    lines = ["| workload | default budget | every step |", "| --- | --- | --- |"]
    for row in measured["workloads"]:  # type: ignore[attr-defined]
        cells = [f"{row[k]['ratio']:.3f} ({row[k]['low']:.3f}–{row[k]['high']:.3f})" for k in ("budget", "every")]
        lines.append(f"| {row['name']} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines) + "\n"


def claims(judged: dict[str, object]) -> dict[Path, str]:
    """The page of claims and its figures, from what was computed when the results were last written."""
    docs = ROOT / "docs"
    drawn = {docs / "figures" / f"{name}.svg": text for name, text in claim_pages.pictures(judged).items()}
    return {docs / "claims.md": claim_pages.page(judged), **drawn}


def demo_output(command: str) -> str:
    """What a command says of the demo's script, 80 columns wide, from a run in a folder of its own."""
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    with tempfile.TemporaryDirectory() as folder:
        # A copy, so that the output names no path of the machine that it ran on.
        shutil.copy(DEMO, folder)
        call = [sys.executable, "-m", "gainstage", command, DEMO.name]
        done = subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise SystemExit(f"the demo failed with exit code {done.returncode}:\n{done.stderr}")
    return (done.stdout if command == "fix" else done.stderr).strip("\n") + "\n"


def essence(proof: str) -> str:
    """Of what ``gainstage fix`` says: what was compared, the first candidate, what is proved, and the patch."""
    parts = proof.split("\n\n")
    table = next(part for part in parts if "untouched" in part and "random remedy" in part)
    tried = next(part for part in parts if part.startswith("random remedy")).splitlines()
    second = next((place for place, line in enumerate(tried) if line.startswith("2 ")), len(tried))
    ending = parts[next(place for place, part in enumerate(parts) if part.startswith(("✓ proved", "✗ no cure"))) :]
    return "\n\n".join([parts[0], table, "\n".join([*tried[:second], "…"]), *ending]).strip("\n") + "\n"


def read(path: Path) -> str:
    """The file's text, "" when it does not exist."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
