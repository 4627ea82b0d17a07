"""Small phrases that several rules' sentences share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gainstage.diagnose.stage import Stage

NAMES_SHOWN = 3


def listed(stages: Sequence[Stage]) -> str:
    """``fc1, fc2 and 7 more``."""
    names = [stage.name for stage in stages[:NAMES_SHOWN]]
    if len(stages) > NAMES_SHOWN:
        return f"{', '.join(names)} and {len(stages) - NAMES_SHOWN} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def split(shares: Mapping[str, float]) -> str:
    """``-245 dB activation, -91 dB weights``, the largest loss first."""
    ordered = sorted(shares.items(), key=lambda item: item[1])
    return ", ".join(f"{value:+.0f} dB {key}" for key, value in ordered)


def percent(share: float) -> str:
    """A share as a percentage; one digit where rounding would say 0 % or 100 %."""
    value = 100 * share
    return f"{value:.1f} %" if 0 < value < 1 or 99 < value < 100 else f"{value:.0f} %"
