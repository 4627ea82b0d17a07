"""``gainstage report``: the verdict on a recorded run, as text, as a page, or for a program."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gainstage.cli import verdict
from gainstage.cli.parser import Parser, add_color, add_fail_on, add_rules
from gainstage.config import Config, read, suggestion
from gainstage.errors import GainstageError

if TYPE_CHECKING:
    from gainstage.diagnose.engine import Diagnosis
    from gainstage.show.report import Report

NAME = "report"
SUMMARY = "Say what was seen in a recorded run, by default the newest in this folder."
EPILOG = """\
examples:
  gainstage report                              the newest run
  gainstage report train.gs --html train.html   one file to look at, mail, keep: it needs nothing else
  gainstage report a.gs b.gs --html both.html   runs side by side
  gainstage report --json                       for a program, see docs/machine-readable.md
  gainstage report --format sarif > run.sarif   for code scanning; --format github annotates a pull request
  gainstage report --fail-on error              exit code 1 only on errors"""
LEVEL = "warning"
FORMATS = ("text", "json", "sarif", "github")


def build(parser: Parser) -> Parser:
    """Add this command's options to ``parser``."""
    parser.epilog = EPILOG
    parser.add_argument("runs", nargs="*", metavar="RUN", help="a run's folder, or the beginning of its name")
    parser.add_argument("--html", metavar="FILE", help="write a page to look at instead of printing")
    parser.add_argument("--proof", metavar="FILE", help="put what `gainstage fix --json FILE` has proved on the page")
    parser.add_argument("--format", metavar="FORMAT", help=f"what to print: {', '.join(FORMATS)} (default: text)")
    parser.add_argument("--json", action="store_true", help="print one JSON document, as --format json does")
    parser.add_argument("--rank", type=int, metavar="N", help="one process of a distributed run (default: all, merged)")
    parser.add_argument("--no-source", action="store_true", help="keep lines of source code out of the page")
    add_rules(parser)
    add_fail_on(parser, f"default: {LEVEL}")
    add_color(parser)
    return parser


def execute(arguments: Sequence[str]) -> int:
    """Print the report or write the page; exit code 0, 1 with findings, 5 when nothing was observed."""
    options = build(Parser(prog="gainstage report", description=SUMMARY)).parse_args(arguments)
    config = read({name: getattr(options, name) for name in ("select", "ignore", "fail_on", "color")})
    form = _format(options)
    from gainstage.record.reader import load, newest
    from gainstage.show.report import build as build_report

    runs = [load(name, rank=options.rank) for name in options.runs or [newest()]]
    diagnoses = [verdict.diagnosed(run, config) for run in runs]
    if options.html:
        _write_page(options, diagnoses)
    reports = [build_report(diagnosis) for diagnosis in diagnoses]
    if form:
        _print(reports[0], form, config)
    codes = [verdict.code(run, report, config.fail_on or LEVEL) for run, report in zip(runs, reports, strict=True)]
    return max(codes)


def _format(options: argparse.Namespace) -> str:
    """What to print; "" for nothing, where a page is written and no more was asked for."""
    form = options.format or ("json" if options.json else "" if options.html else "text")
    if form and form not in FORMATS:
        raise GainstageError(f"--format {form}: unknown{suggestion(form, FORMATS)}")
    if options.proof and not options.html:
        raise GainstageError(f"--proof {options.proof}: it is shown on the page, so --html FILE is needed, too")
    if len(options.runs) > 1 and form:
        raise GainstageError(f"{len(options.runs)} runs: several at once only as a page, with --html FILE alone")
    return form


def _write_page(options: argparse.Namespace, diagnoses: Sequence[Diagnosis]) -> None:
    from gainstage.show.html import render
    from gainstage.show.proofs import read as read_proof
    from gainstage.show.sheet import sheet

    file, trials = options.html, read_proof(Path(options.proof)) if options.proof else ()
    page = render([sheet(diagnosis, source=not options.no_source, trials=trials) for diagnosis in diagnoses])
    try:
        Path(file).write_text(page, encoding="utf-8")
    except OSError as error:
        raise GainstageError(f"cannot write --html {file}: {error.strerror}") from error
    print(f"gainstage: wrote {file} ({len(page.encode()) / 1000:,.0f} kB): open it in a browser", file=sys.stderr)


def _print(report: Report, form: str, config: Config) -> None:
    from gainstage.show.annotations import github, sarif
    from gainstage.show.machine import dumps, to_json
    from gainstage.show.text import write

    if form == "text":
        write(report, sys.stdout, config.color)  # type: ignore[arg-type]
    elif form == "github":
        sys.stdout.write(github(report))
    else:
        print(dumps(to_json(report) if form == "json" else sarif(report)), end="")
