"""Gainstage: says why a neural network does not learn, in decibels, stage by stage.

Names are loaded on first use: importing the package imports neither torch nor NumPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gainstage.api import Watching as Watching
    from gainstage.api import check as check
    from gainstage.api import load as load
    from gainstage.api import report as report
    from gainstage.api import watch as watch
    from gainstage.comparison.live import compare as compare
    from gainstage.construct.module import approximate as approximate
    from gainstage.diagnose.engine import Diagnosis as Diagnosis
    from gainstage.diagnose.engine import diagnose as diagnose
    from gainstage.diagnose.finding import Finding as Finding
    from gainstage.errors import GainstageError as GainstageError
    from gainstage.functions.custom import function as function
    from gainstage.init.model import init_ as init_
    from gainstage.init.stage import stage_ as stage_
    from gainstage.prescribe.live.choose import remedies as remedies
    from gainstage.record.run import Run as Run
    from gainstage.theory.gains import gain as gain
    from gainstage.theory.gaussian import moments as moments
    from gainstage.verify.live import fix as fix
    from gainstage.verify.log import log as log

__version__ = "0.1.0"
__all__ = (
    "Diagnosis",
    "Finding",
    "GainstageError",
    "Run",
    "Watching",
    "approximate",
    "check",
    "compare",
    "diagnose",
    "fix",
    "function",
    "gain",
    "init_",
    "load",
    "log",
    "moments",
    "remedies",
    "report",
    "stage_",
    "watch",
)

_PARTS = ("functions", "init", "nn", "theory")  # whole packages
_HOMES = {
    "load_ipython_extension": "gainstage.notebook",  # what %load_ext asks for; no name for users
    "approximate": "gainstage.construct.module",
    "compare": "gainstage.comparison.live",
    "Diagnosis": "gainstage.diagnose.engine",
    "diagnose": "gainstage.diagnose.engine",
    "Finding": "gainstage.diagnose.finding",
    "fix": "gainstage.verify.live",
    "function": "gainstage.functions.custom",
    "gain": "gainstage.theory.gains",
    "GainstageError": "gainstage.errors",
    "init_": "gainstage.init.model",
    "log": "gainstage.verify.log",
    "moments": "gainstage.theory.gaussian",
    "remedies": "gainstage.prescribe.live.choose",
    "Run": "gainstage.record.run",
    "stage_": "gainstage.init.stage",
}


def __getattr__(name: str) -> Any:
    if name in _PARTS:
        return import_module(f"gainstage.{name}")
    if name not in __all__ and name not in _HOMES:
        raise AttributeError(f"module 'gainstage' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "gainstage.api")), name)


def __dir__() -> list[str]:
    return sorted((*__all__, *_PARTS, "__version__"))
