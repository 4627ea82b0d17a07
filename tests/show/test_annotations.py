"""SARIF and GitHub's workflow commands: at the right line, and no name can begin a command."""

from __future__ import annotations

import json
from dataclasses import replace

import chains
import pytest
import sheets

from gainstage.show.annotations import github, sarif
from gainstage.show.machine import dumps
from gainstage.show.report import Report, build


def report() -> Report:
    return build(sheets.sick_diagnosis())


def test_sarif_names_rule_level_place_and_evidence() -> None:
    document = json.loads(dumps(sarif(report())))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    first, second, third = run["results"]
    assert [each["level"] for each in (first, second, third)] == ["error", "warning", "note"]
    assert first["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "train.py"}, "region": {"startLine": 14}}}
    ]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[each["ruleIndex"]]["id"] for each in run["results"]] == ["GS201", "GS302", "GS103"]
    assert first["properties"]["evidence"]["gradient_db"] == -336.2
    assert run["properties"]["schema"] == "gainstage.sarif/1"


def test_sarif_has_no_location_outside_of_a_uri() -> None:
    finding = replace(chains.vanishing(["net.0"]), source_lines=("/a b/ü%.py:3", "x y.py:0"))
    (run,) = sarif(chains.report(chains.chain(2), [finding]))["runs"]
    places = [each["physicalLocation"] for each in run["results"][0]["locations"]]
    assert [each["artifactLocation"]["uri"] for each in places] == ["file:///a%20b/%C3%BC%25.py", "x%20y.py"]
    assert [each["region"]["startLine"] for each in places] == [3, 1]


def test_sarif_of_a_rule_that_is_not_known_is_still_valid() -> None:
    finding = replace(chains.vanishing(["net.0"]), code="XX1")
    (run,) = sarif(chains.report(chains.chain(2), [finding]))["runs"]
    assert run["tool"]["driver"]["rules"] == []
    assert "ruleIndex" not in run["results"][0]


def test_github_has_one_command_per_finding() -> None:
    lines = github(report()).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice"]
    assert lines[0].startswith("::error file=train.py,line=14,title=GS201 vanishing-gradient::The gradient does not")


@pytest.mark.parametrize("name", ["a\n::error::fake", "a\r\n::stop-commands::x", "100%0A::error::x", sheets.HOSTILE])
def test_no_name_begins_another_command(name: str) -> None:
    finding = replace(chains.vanishing([name]), text=name, source_lines=(f"{name}:3",))
    written = github(chains.report(chains.chain(2), [finding]))
    assert written.count("\n") == 1
    assert "\r" not in written
    assert "%0A::" not in written.replace("%250A", "")
