"""What machines may rely on: the keys of the documents, numbers as numbers, strict JSON."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import chains
import pytest

from gainstage.diagnose.engine import RULES
from gainstage.show import machine

DOCUMENTED = Path(__file__).parents[2] / "docs" / "machine-readable.md"


def parsed(report):
    return json.loads(machine.dumps(machine.to_json(report)))


def test_the_keys_that_were_promised():
    document = parsed(chains.sick())
    assert document["schema"] == "gainstage.report/1"
    finding, stage = document["findings"][0], document["stages"][0]
    promised = {"code", "name", "severity", "sites", "first_step", "last_step", "evidence", "cause", "remedies"}
    assert promised <= finding.keys()
    assert finding["cause"].keys() >= {"name", "share_db"}
    assert finding["remedies"][0].keys() >= {"name", "safety", "where", "predicted"}
    assert stage.keys() >= {
        *("site", "operation", "function", "forward_db", "backward_db", "signal", "transmission", "dead_share"),
        *("update_ratio", "expected_forward_db"),
    }
    assert document["observed"].keys() >= {"steps", "sampled", "sites", "overhead"}
    assert document["script"].keys() >= {"argv", "exit_code"}


def test_the_command_names_the_schema():
    assert machine.to_json(chains.sick(3), "check")["schema"] == "gainstage.check/1"


def test_every_key_is_documented():
    documented = set(re.findall(r"`([a-z_]+)`", DOCUMENTED.read_text(encoding="utf-8")))
    document = parsed(chains.sick())
    keys = set(document) | set(document["observed"]) | set(document["observed"]["loss"]) | set(document["script"])
    keys |= set(document["stages"][0]) | set(document["stages"][0]["share_db"]) | set(document["findings"][0])
    keys |= set(document["findings"][0]["cause"]) | set(document["findings"][0]["remedies"][0])
    keys |= set(machine.rules_json(RULES.values())["rules"][0])
    assert keys - documented == set()


def test_numbers_are_numbers_and_the_unmeasured_is_null():
    document = parsed(chains.sick())
    first, last = document["stages"][0], document["stages"][-1]
    assert first["gradient_db"] == pytest.approx(20 * 19 * math.log10(0.144))
    assert last["gradient_db"] == 0
    assert first["saturated_share"] is None
    assert document["observed"]["overhead"] == pytest.approx(37 * 0.01 / 12.3)
    assert sum(last["share_db"].values()) == pytest.approx(last["backward_db"])


def test_nan_and_infinity_at_any_depth_become_null():
    wild = {"a": math.nan, "b": [math.inf, {"c": -math.inf, "d": 1.5}], "e": (1, None, "nan")}
    assert machine.finite(wild) == {"a": None, "b": [None, {"c": None, "d": 1.5}], "e": [1, None, "nan"]}
    evidence = replace(chains.vanishing(["net.0"]), evidence={"ratio": math.nan, "db": -math.inf})
    shown = parsed(chains.report(chains.chain(2), [evidence]))["findings"][0]["evidence"]
    assert shown == {"ratio": None, "db": None}


def test_hostile_text_survives_and_closes_no_script_element():
    name = "</script>[red]\x1b\u2028\udc80"
    finding = replace(chains.vanishing([name]), text=name)
    written = machine.dumps(machine.to_json(chains.report(chains.chain(2), [finding])))
    assert written.isascii()
    assert "</script" not in written
    assert json.loads(written)["findings"][0]["text"] == name


def test_rules_are_listed_as_they_are():
    rows = machine.rules_json(RULES.values())
    assert rows["schema"] == "gainstage.rules/1"
    assert [row["code"] for row in rows["rules"]] == list(RULES)
