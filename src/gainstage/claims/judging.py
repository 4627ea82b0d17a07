"""Judging claims: compute the parts, combine them, keep what an experiment measured."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gainstage.claims import cache
from gainstage.claims.claim import CLAIMS, Claim, Verdict, combine
from gainstage.claims.networks import apart
from gainstage.config import suggestion
from gainstage.errors import GainstageError

Started = Callable[[Claim], None]


def chosen(ids: Sequence[str] = (), *, quick: bool = False) -> list[Claim]:
    """The claims named ``ids``, by default all; ``quick`` leaves the experiments out.

    Raises:
        GainstageError: for an id that no claim has, with the nearest ones, and where ``quick`` leaves nothing.
    """
    for name in ids:
        if name not in CLAIMS:
            raise GainstageError(f"no claim {name!r}{suggestion(name, CLAIMS)}")
    picked = [CLAIMS[name] for name in dict.fromkeys(ids or CLAIMS)]
    left = [one for one in picked if not (quick and one.experiment)]
    if not left:
        raise GainstageError(f"quick leaves out all that was asked for: {', '.join(ids)} need experiments")
    return left


def judge(one: Claim, *, again: bool = False) -> Verdict:
    """Judge one claim by computing it; an experiment's measurements come from the cache where they are there.

    Args:
        one: of ``CLAIMS``.
        again: measure anew, whatever is in the cache.

    Raises:
        GainstageError: when an experiment needs data or a package that is not there.

    Example:
        >>> from gainstage.claims import CLAIMS, judge
        >>> judge(CLAIMS["tanh-monotonic"]).verdict
        'refuted'
    """
    begun = time.perf_counter()
    if one.experiment is None:
        parts = tuple(one.judge())
        return combine(one, parts, time.perf_counter() - begun)
    measured, spent = _measured(one, again)
    return combine(one, tuple(one.judge(measured)), spent)


def judge_all(picked: Sequence[Claim], *, again: bool = False, started: Started | None = None) -> Iterator[Verdict]:
    """Judge one claim after the other; ``started`` is told each before it begins."""
    for one in picked:
        if started:
            started(one)
        yield judge(one, again=again)


def _measured(one: Claim, again: bool) -> tuple[dict[str, Any], float]:
    place = cache.place(one)
    kept = None if again else cache.load(place)
    if kept is None:
        assert one.experiment is not None
        begun = time.perf_counter()
        # As it will come back out of the cache, so that the first call and the second see the same types.
        with apart():
            measured = json.loads(json.dumps(one.experiment()))
        kept = measured, time.perf_counter() - begun
        cache.store(place, *kept)
    return kept
