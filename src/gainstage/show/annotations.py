"""Findings where code is read: SARIF for code scanning, workflow commands for GitHub's log and pull requests."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from gainstage import __version__
from gainstage.diagnose.engine import RULES
from gainstage.diagnose.finding import Finding, Severity
from gainstage.show.characters import visible
from gainstage.show.machine import finite
from gainstage.show.pages import sections
from gainstage.show.report import Report

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://github.com/gainstage/gainstage"
LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def sarif(report: Report) -> dict[str, Any]:
    """The findings as a SARIF 2.1.0 log (OASIS, 2020), each at the source lines that it points at."""
    used = list(dict.fromkeys(finding.code for finding in report.findings if finding.code in RULES))
    driver = {"name": "gainstage", "version": __version__, "informationUri": HOME, "rules": [_rule(c) for c in used]}
    run = {
        "tool": {"driver": driver},
        "invocations": [
            {
                "executionSuccessful": report.script.outcome in ("finished", "running"),
                "arguments": list(report.script.argv),
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, report, used) for finding in report.findings],
        "properties": {"schema": "gainstage.sarif/1"},
    }
    return {"$schema": SARIF, "version": "2.1.0", "runs": [finite(run)]}


def _rule(code: str) -> dict[str, Any]:
    rule = RULES[code]
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": sections(rule).get("What it detects", rule.summary)},
        "help": {"text": rule.page(), "markdown": rule.page()},
        "helpUri": f"{HOME}/blob/main/docs/rules/{code}.md",
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _result(finding: Finding, report: Report, rules: list[str]) -> dict[str, Any]:
    result = {
        "ruleId": finding.code,
        "level": LEVELS[finding.severity],
        "message": {"text": visible(finding.text)},
        "locations": [_location(path, line) for path, line in places(finding, report)[:10]],
        "partialFingerprints": {"gainstage/1": "/".join([finding.code, *finding.sites[:1]])},
        "properties": {
            "sites": list(finding.sites),
            "steps": [finding.first_step, finding.last_step],
            "evidence": finding.evidence,
            "remedies": [f"{remedy.name}: {remedy.predicted}" for remedy in finding.remedies],
        },
    }
    return {**result, "ruleIndex": rules.index(finding.code)} if finding.code in rules else result


def _location(path: str, line: int) -> dict[str, Any]:
    pure = PurePath(path)
    uri = pure.as_uri() if pure.is_absolute() else quote(pure.as_posix())
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}


def places(finding: Finding, report: Report) -> list[tuple[str, int]]:
    """File and line of each place that the finding points at; the script's first line where none is known."""
    found: list[tuple[str, int]] = []
    for place in dict.fromkeys(finding.source_lines):
        path, _, line = place.rpartition(":")
        if path and line.isdecimal():
            found.append((path, max(1, int(line))))
    return found or [(report.script.name or "script", 1)]


def github(report: Report) -> str:
    """One workflow command per finding, at its first source line; GitHub shows it in the log and beside that line."""
    lines = []
    for finding in report.findings:
        (path, line), *_ = places(finding, report)
        title = f"{finding.code} {finding.name}"
        try_ = f" Try: {finding.remedies[0].predicted}." if finding.remedies else ""
        keys = f"file={_property(path)},line={line},title={_property(title)}"
        lines.append(f"::{COMMANDS[finding.severity]} {keys}::{_data(finding.text + try_)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    # What a name smuggles in must neither end the command nor begin another one.
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
