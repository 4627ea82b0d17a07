"""All panels, in the order of the page, and what one of them answers to an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gainstage.errors import GainstageError
from gainstage.lab import chain, functions, neuron, softmax, towers, train
from gainstage.lab.controls import read
from gainstage.lab.page import View
from gainstage.lab.panel import Job, Panel, Query

ALL = (functions, chain, neuron, towers, train, softmax)
PANELS: dict[str, Panel] = {module.PANEL.name: module.PANEL for module in ALL}
RESERVED = ("panel", "alone")
LONGEST = 4000  # characters of an address's query


def answer(panel: Panel, query: Query, found: Mapping[Job, Any]) -> View:
    """The panel as ``query`` sets it, with the results of jobs that are ``found`` already.

    A setting that means nothing is told and left at its default; where nothing can be computed there are no parts.
    """
    controls = panel.controls(query)
    state = read(controls, query)
    foreign = sorted(set(query) - {control.name for control in controls} - set(RESERVED))
    troubles = tuple(f"{name[:40]} is no setting of this panel" for name in foreign[:3])
    try:
        jobs = panel.jobs(state.values)
        known = {job.name: found[job] for job in jobs if job in found and not isinstance(found[job], Failed)}
        troubles += tuple(str(found[job]) for job in jobs if isinstance(found.get(job), Failed))
        parts = panel.draw(state.values, known)
        return View(panel, controls, state, parts, troubles, any(job not in found for job in jobs))
    except (GainstageError, ArithmeticError) as error:
        return View(panel, controls, state, {}, (*troubles, str(error)))


class Failed(str):
    """Why a job found nothing."""

    __slots__ = ()
