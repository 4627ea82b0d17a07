"""Where a script asks for float16."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from gainstage.prescribe.source.expressions import method
from gainstage.prescribe.source.patch import Patch
from gainstage.prescribe.source.script import Script

_METHODS = {"bfloat16": "bfloat16", "float32": "float"}


def replaced_format(script: Script, new: str) -> Iterator[Patch]:
    """``torch.float16`` and ``.half()`` as another format, each place a patch."""
    for node in script.inside(script.tree, cst.Attribute):
        if script.name(node) in ("torch.float16", "torch.half"):
            patch = Patch(script)
            patch.replace(node.attr, new)
            yield patch
    for call in script.calls:
        if method(call) == "half" and not call.args and isinstance(call.func, cst.Attribute):
            patch = Patch(script)
            patch.replace(call.func.attr, _METHODS[new])
            yield patch
