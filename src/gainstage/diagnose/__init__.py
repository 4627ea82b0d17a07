"""From a run to findings.

``gainstage.diagnose`` is both this package and the public verb: importing any module of the package would put the
package in the verb's place, so the package can be called.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Verb(ModuleType):
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from gainstage.diagnose.engine import diagnose

        return diagnose(*args, **kwargs)


sys.modules[__name__].__class__ = _Verb
