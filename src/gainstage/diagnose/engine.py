"""Runs every rule over a view of a run and orders what they found, the root first."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from inspect import isabstract
from types import GenericAlias

from gainstage.diagnose import rules
from gainstage.diagnose.finding import Finding
from gainstage.diagnose.order import arrange
from gainstage.diagnose.rule import Rule
from gainstage.diagnose.rules.gs900_rule_failed import RuleFailed
from gainstage.diagnose.view import View
from gainstage.display import as_html
from gainstage.errors import GainstageError
from gainstage.record.reader import load
from gainstage.record.run import Run


@dataclass(frozen=True, slots=True, repr=False)
class Diagnosis:
    """What is wrong with a run: ``findings``, the root cause first, and what they were derived from."""

    findings: tuple[Finding, ...]
    view: View
    run: Run

    def __repr__(self) -> str:
        told = ", ".join(f"{finding.code} {finding.name} [{finding.severity}]" for finding in self.findings)
        return f"Diagnosis({told or 'no findings'}; {self.run!r})"

    _repr_html_ = as_html


def discover() -> dict[str, Rule]:
    """One instance of every rule in ``rules/``, by code, in the order of the codes."""
    found: dict[str, Rule] = {}
    for module in sorted(pkgutil.iter_modules(rules.__path__), key=lambda entry: entry.name):
        if not re.fullmatch(r"gs\d{3}_\w+", module.name):
            continue
        content = vars(importlib.import_module(f"{rules.__name__}.{module.name}"))
        for item in content.values():
            # Before Python 3.11 an alias such as list[int] passes for a type, too.
            is_class = isinstance(item, type) and type(item) is not GenericAlias
            if is_class and issubclass(item, Rule) and not isabstract(item):
                found[item.code] = item()
    return found


RULES: dict[str, Rule] = discover()


def diagnose(
    run: Run | str | os.PathLike[str], *, select: Iterable[str] | None = None, ignore: Iterable[str] | None = None
) -> Diagnosis:
    """Every fault that the rules find in ``run``, the root cause first.

    Args:
        run: a run, or the path of a run file.
        select: codes ("GS201"), prefixes ("GS2") or names ("dead-units") of the rules to apply; default all.
        ignore: likewise, the rules to leave out; wins over ``select``.

    Raises:
        UnreadableRun: when a path was given that cannot be read.
        GainstageError: when an entry of ``select`` or ``ignore`` fits no rule.
    """
    run = run if isinstance(run, Run) else load(run)
    view = View(run)
    with warnings.catch_warnings():
        # Missing and infinite numbers are what a diagnosis is about; NumPy's remarks on them are not for the user.
        warnings.simplefilter("ignore", RuntimeWarning)
        findings = [finding for rule in chosen(select, ignore) for finding in apply(rule, view)]
    return Diagnosis(arrange(findings), view, run)


def chosen(select: Iterable[str] | None, ignore: Iterable[str] | None) -> tuple[Rule, ...]:
    """The rules that ``select`` names and ``ignore`` does not."""
    wanted = set(RULES) if select is None else matching(select)
    return tuple(RULES[code] for code in sorted(wanted - matching(ignore or ())))


def matching(entries: Iterable[str]) -> set[str]:
    """Codes of the rules that a code, a prefix of codes or a fault's name stands for."""
    codes: set[str] = set()
    for entry in entries:
        wanted = entry.strip()
        fits = {code for code, rule in RULES.items() if code.startswith(wanted.upper()) or rule.name == wanted.lower()}
        if not wanted or not fits:
            raise GainstageError(f"no rule fits {entry!r}: give a code (GS201), a prefix (GS2) or a name (dead-units)")
        codes |= fits
    return codes


def apply(rule: Rule, view: View) -> list[Finding]:
    """What ``rule`` finds; a rule that fails becomes a finding itself, since the other rules still hold."""
    try:
        return list(rule.check(view))
    except Exception as error:
        return [RuleFailed().report(rule, error)]
