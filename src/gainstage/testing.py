"""Assertions for the tests of whoever trains: the signal path is healthy, and stays so with the next change.

pytest has the same as a fixture and a marker (see :mod:`gainstage.pytest_plugin`); these functions need no pytest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gainstage import api
from gainstage import config as settings
from gainstage.diagnose.engine import Diagnosis
from gainstage.diagnose.finding import SEVERITIES
from gainstage.show.report import build
from gainstage.show.text import render

if TYPE_CHECKING:
    import torch

    from gainstage.api import Watching

LEVEL = "error"


class Unhealthy(AssertionError):
    """What failed: its text is the report of the findings that count."""


def assert_healthy(
    model: torch.nn.Module,
    batch: Any,
    loss: Callable[[Any], torch.Tensor],
    *,
    fail_on: str | None = None,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
) -> Diagnosis:
    """Fail where one forward and one backward pass on ``batch`` show a fault; the findings are the message.

    The model is left as it was. What is not given comes from ``GAINSTAGE_*`` and ``[tool.gainstage]``.

    Args:
        model: the network.
        batch: its input; a tuple is passed as arguments, a mapping as keyword arguments.
        loss: turns the model's output into one number, e.g. ``lambda output: F.cross_entropy(output, labels)``.
        fail_on: lowest severity that fails: "error" (default), "warning", "info".
        select: codes, prefixes or names of the rules to apply; all by default.
        ignore: rules to leave out.

    Returns:
        The diagnosis, where it does not fail.

    Raises:
        Unhealthy: with the report of the findings that count; an ``AssertionError``.
        GainstageError: for a setting that does not fit, or a loss that is not one number.

    Example:
        >>> import torch, gainstage.testing
        >>> model = torch.nn.Sequential(torch.nn.Linear(8, 32), torch.nn.ReLU(), torch.nn.Linear(32, 2))
        >>> labels = torch.arange(64) % 2
        >>> diagnosis = gainstage.testing.assert_healthy(
        ...     model, torch.randn(64, 8), lambda output: torch.nn.functional.cross_entropy(output, labels)
        ... )
    """
    __tracebackhide__ = True  # pytest then points at the line that called us
    level, rules = _settings(fail_on, select, ignore)
    diagnosis = api.check(model, batch, loss, **rules)
    _judge(diagnosis, level)
    return diagnosis


@contextmanager
def healthy_training(
    *,
    fail_on: str | None = None,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    every: int = 1,
) -> Iterator[Watching]:
    """Watch what trains inside of the ``with`` block, and fail at its end where it shows a fault.

    Rules about updates and the loss's course need a training; 16 steps give a full verdict.

    Args:
        fail_on: lowest severity that fails: "error" (default), "warning", "info".
        select: codes, prefixes or names of the rules to apply; all by default.
        ignore: rules to leave out.
        every: look at every n-th step.

    Raises:
        Unhealthy: with the report of the findings that count, or when no step was seen; an ``AssertionError``.
        GainstageError: for a setting that does not fit, or a ``watch`` around it.

    Example:
        >>> import torch, gainstage.testing
        >>> model = torch.nn.Linear(3, 1)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> with gainstage.testing.healthy_training():
        ...     for _ in range(16):
        ...         inputs = torch.randn(32, 3)
        ...         optimizer.zero_grad()
        ...         torch.nn.functional.mse_loss(model(inputs), inputs[:, :1]).backward()
        ...         optimizer.step()
    """
    __tracebackhide__ = True
    level, rules = _settings(fail_on, select, ignore)
    with api.watch(every=every, **rules) as watching:
        yield watching
    if not watching.run.sampled:
        raise Unhealthy("gainstage saw no training step inside of the with block")
    _judge(watching.diagnosis, level)


def _settings(fail_on: str | None, select: Any, ignore: Any) -> tuple[str, dict[str, Any]]:
    config = settings.read({"fail_on": fail_on, "select": select, "ignore": ignore})
    return config.fail_on or LEVEL, {"select": config.select or None, "ignore": config.ignore or None}


def _judge(diagnosis: Diagnosis, level: str) -> None:
    __tracebackhide__ = True
    counted = () if level == "never" else SEVERITIES[: SEVERITIES.index(level) + 1]  # type: ignore[arg-type]
    report = build(diagnosis)
    findings = tuple(finding for finding in report.findings if finding.severity in counted)
    if findings:
        names = ", ".join(dict.fromkeys(f"{finding.code} {finding.name}" for finding in findings))
        raise Unhealthy(f"{names}\n\n{render(replace(report, findings=findings))}")
