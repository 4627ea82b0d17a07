"""The proof for machines: ``gainstage.fix/1``."""

from __future__ import annotations

from typing import Any

from gainstage.prescribe.candidate import Candidate
from gainstage.show.fix import next_command
from gainstage.show.machine import finding_json, finite
from gainstage.verify.proof import Arm, Effect, Final, Proof, Tried


def to_json(proof: Proof) -> dict[str, Any]:
    """The proof as a JSON-ready document; keys are documented in docs/machine-readable.md."""
    measure, cost = proof.measure, proof.cost
    document = {
        "schema": "gainstage.fix/1",
        "script": {"argv": list(proof.command)},
        "findings": [finding_json(finding) for finding in proof.findings],
        "watched": {"steps": proof.length, "whole": proof.whole},
        "seeds": proof.seeds,
        "steps": proof.steps,
        "measure": None
        if measure is None
        else {"name": measure.name, "kind": measure.kind, "lower": measure.lower, "scale": measure.scale},
        "baseline": _arm(proof.untouched),
        "random_control": {**_arm(proof.random), "text": proof.control.text}
        if proof.random and proof.control
        else None,
        "candidates": [_tried(tried) for tried in proof.tried],
        "not_tried": [_candidate(candidate) for candidate in proof.listed],
        "chosen": proof.chosen.candidate.remedy if proof.chosen else None,
        "diff": proof.diff,
        "reason": proof.reason,
        "trouble": list(proof.trouble),
        "interrupted": proof.interrupted,
        "cost": {
            "steps": cost.steps,
            "seconds": cost.seconds,
            "trials": cost.trials,
            "trainings": cost.trainings,
        },
        "next_command": next_command(proof),
    }
    return finite(document)


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "remedy": candidate.remedy,
        "variant": candidate.variant,
        "safety": candidate.safety,
        "where": list(candidate.where),
        "text": candidate.text,
        "codes": list(candidate.codes),
        "predicted": {"text": candidate.predicted, "value": candidate.value, "unit": candidate.unit},
        "by_hand": candidate.by_hand,
        "source": candidate.source,
    }


def _tried(tried: Tried) -> dict[str, Any]:
    measured = tried.measured
    against = tried.against_untouched
    return {
        **_candidate(tried.candidate),
        **_arm(tried.arm),
        "steps": tried.steps,
        "measured": {"text": measured.text, "value": measured.value, "unit": measured.unit, "held": measured.held},
        "interval": [against.low, against.high] if against else None,
        "against_untouched": _effect(against),
        "against_random": _effect(tried.against_random),
        "findings_after": _codes(tried.arm),
        "final": _final(tried.final),
        "proved": tried.proved,
    }


def _final(final: Final | None) -> dict[str, Any] | None:
    if final is None:
        return None
    return {
        "measure": final.measure.name,
        "untouched": final.untouched,
        "cured": final.cured,
        "better": final.better,
        "steps": final.steps or None,
    }


def _arm(arm: Arm | None) -> dict[str, Any]:
    if arm is None:
        return {}
    return {
        "name": arm.name,
        "values": list(arm.values),
        "losses": list(arm.losses),
        "states": list(arm.states),
        "errors": [text for text in arm.texts if text],
        "findings": _codes(arm),
    }


def _codes(arm: Arm) -> list[str] | None:
    return None if arm.findings is None else [finding.code for finding in arm.findings]


def _effect(effect: Effect | None) -> dict[str, Any] | None:
    if effect is None:
        return None
    return {"mean": effect.mean, "low": effect.low, "high": effect.high, "scale": effect.scale, "clear": effect.clear}
