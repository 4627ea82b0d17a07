"""Python imports this before the script: it begins to watch, wipes its own traces, and gives way to the real one.

Found through PYTHONPATH, which is put back at once: processes that the script starts are not watched. A launcher
(torchrun) is the exception: it is not watched itself, and hands everything on to the ranks that it starts.
"""

import json
import os
import sys


def _begin() -> None:
    handoff = json.loads(os.environ["_GAINSTAGE_HANDOFF"])
    if handoff["launches"] and "RANK" not in os.environ:
        return
    del os.environ["_GAINSTAGE_HANDOFF"]
    if handoff["pythonpath"] is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = handoff["pythonpath"]
    sys.path.insert(0, handoff["package"])
    try:
        from gainstage.observe.child import begin

        begin(handoff)
    finally:
        sys.path.remove(handoff["package"])


_here = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != _here]
sys.path_importer_cache.pop(_here, None)
if "_GAINSTAGE_HANDOFF" in os.environ:
    try:
        _begin()
    except Exception as error:
        print(f"gainstage: not watching: {type(error).__name__}: {error}", file=sys.stderr)

# An environment's own sitecustomize takes this one's place; without one, site handles the ImportError as always.
del sys.modules["sitecustomize"]
import sitecustomize  # noqa: E402, F401  # pyright: ignore[reportMissingImports]
