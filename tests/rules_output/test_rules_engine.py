"""Finding the rules, choosing among them, surviving one that fails, and putting the root first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gainstage.diagnose import engine
from gainstage.diagnose.finding import SEVERITIES, Cause, Finding, Severity
from gainstage.diagnose.order import EXPLANATIONS, ROOT_FIRST, arrange
from gainstage.diagnose.rule import SECTIONS, Rule
from gainstage.diagnose.view import View
from gainstage.errors import GainstageError
from recorded import BINARY, CLASSES, REGRESSION, network


class Broken(Rule):
    code, name, summary, severity = "GS999", "broken", "Raises.", "error"

    def check(self, view: View) -> Iterator[Finding]:
        raise ZeroDivisionError("no such thing")


def make(code: str, severity: Severity = "error", cause: str = "") -> Finding:
    return Finding(code, code.lower(), severity, "text", cause=Cause(cause) if cause else None)


@pytest.mark.parametrize("rule", engine.RULES.values(), ids=lambda rule: rule.code)
def test_every_rule_is_documented(rule: Rule) -> None:
    assert re.fullmatch(r"GS\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name)
    assert rule.summary.endswith(".")
    assert [line[3:] for line in rule.page().splitlines() if line.startswith("## ")] == list(SECTIONS)
    assert rule.code in ROOT_FIRST


def test_codes_names_and_files_agree() -> None:
    assert len({rule.name for rule in engine.RULES.values()}) == len(engine.RULES)
    for code, rule in engine.RULES.items():
        assert type(rule).__module__.rpartition(".")[2] == f"{code.lower()}_{rule.name.replace('-', '_')}"


FAULTS = st.sampled_from(ROOT_FIRST)
CAUSES = st.sampled_from(["", *sorted({cause for entry in EXPLANATIONS for cause in entry.causes})])
SEVERITY = st.sampled_from(SEVERITIES)


@given(st.dictionaries(FAULTS, st.tuples(SEVERITY, CAUSES)))
def test_any_set_of_findings_has_an_order_with_roots_first(faults: dict[str, tuple[Severity, str]]) -> None:
    ordered = arrange(make(code, severity, cause) for code, (severity, cause) in faults.items())
    place = {finding.code: position for position, finding in enumerate(ordered)}
    told = {code for finding in ordered for code in finding.evidence.get("consequences", [])}
    assert set(faults) == set(place) | told
    for finding in ordered:
        if "consequence_of" in finding.evidence:
            assert place[finding.evidence["consequence_of"]] < place[finding.code]


def test_select_and_ignore_take_codes_prefixes_and_names() -> None:
    run = network("binary_cross_entropy_with_logits", BINARY, function="sigmoid", stale_gradients=1.0).run()
    codes = {finding.code for finding in engine.diagnose(run).findings}
    assert {"GS304", "GS501"} <= codes
    assert {f.code for f in engine.diagnose(run, select=["GS5"]).findings} == {"GS501"}
    assert {f.code for f in engine.diagnose(run, select=["gradients-not-cleared"]).findings} == {"GS304"}
    assert {f.code for f in engine.diagnose(run, select=["GS5", "gs304"], ignore=["GS501"]).findings} == {"GS304"}
    assert "GS501" not in {f.code for f in engine.diagnose(run, ignore=["GS501"]).findings}


@pytest.mark.parametrize("entry", ["GS8", "dead-unit", "", "  "])
def test_unknown_rules_are_refused(entry: str) -> None:
    with pytest.raises(GainstageError, match="no rule fits"):
        engine.diagnose(network("mse_loss", REGRESSION).run(), select=[entry])


def test_a_failing_rule_becomes_a_finding_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engine.RULES, "GS999", Broken())
    run = network("mse_loss", REGRESSION, stale_gradients=1.0).run()
    findings = {finding.code: finding for finding in engine.diagnose(run).findings}
    assert "GS304" in findings
    assert findings["GS900"].severity == "info"
    assert findings["GS900"].evidence["rule"] == "GS999"
    assert "ZeroDivisionError: no such thing" in findings["GS900"].text


def test_findings_are_plain_data() -> None:
    probabilities = {**CLASSES, "row_sum_min": 1.0, "row_sum_max": 1.0, "input_min": 0.1}
    findings = engine.diagnose(network("cross_entropy", probabilities, values=1.0).run()).findings
    assert findings
    for finding in findings:
        json.dumps(asdict(finding))


def test_a_root_stands_before_what_it_explains_however_severe() -> None:
    ordered = arrange([make("GS101", "error", "input-scale"), make("GS201", "warning"), make("GS601", "warning")])
    assert [f.code for f in ordered] == ["GS601", "GS201", "GS101"]
    assert ordered[0].severity == "error"
    assert ordered[0].evidence["consequences"] == ["GS101"]
    assert ordered[2].severity == "warning"
    assert ordered[2].evidence["consequence_of"] == "GS601"


def test_the_same_symptom_by_another_cause_stays_a_fault_of_its_own() -> None:
    ordered = arrange([make("GS101", "error", "bias"), make("GS601", "warning")])
    assert [(f.code, f.severity) for f in ordered] == [("GS101", "error"), ("GS601", "warning")]


def test_echoes_are_folded_into_their_root_through_a_chain() -> None:
    ordered = arrange([make("GS306", "warning"), make("GS201"), make("GS303", "warning", "gradient"), make("GS503")])
    assert [f.code for f in ordered] == ["GS503"]
    assert set(ordered[0].evidence["consequences"]) == {"GS201", "GS303", "GS306"}


def test_an_info_explains_nothing() -> None:
    ordered = arrange([make("GS306", "warning"), make("GS601", "info")])
    assert [f.code for f in ordered] == ["GS306", "GS601"]
