"""The pytest plugin: a fixture and a marker. Loaded at every start of pytest, so it imports pytest alone."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import pytest


@pytest.fixture
def gainstage_check() -> Callable[..., Any]:
    """``gainstage_check(model, batch, loss)`` fails with the findings as its message.

    It is :func:`gainstage.testing.assert_healthy`.
    """
    from gainstage.testing import assert_healthy

    return assert_healthy


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", "gainstage(fail_on, select, ignore, every): watch what trains in the test, fail where it is faulty"
    )


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """``@pytest.mark.gainstage`` runs the test inside of :func:`gainstage.testing.healthy_training`."""
    marker = pyfuncitem.get_closest_marker("gainstage")
    if marker is None:
        return (yield)
    from gainstage.testing import Unhealthy, healthy_training

    try:
        with healthy_training(**marker.kwargs):
            return (yield)
    except Unhealthy as error:
        pytest.fail(str(error), pytrace=False)  # no line of the test is to blame
