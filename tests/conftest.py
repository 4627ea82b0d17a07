"""What holds for every test: nothing of ours is left behind in torch or in Python's import system."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from gainstage.observe.imports import ImportWatch

HOOKS = (
    "_global_backward_pre_hooks",
    "_global_backward_hooks",
    "_global_forward_pre_hooks",
    "_global_forward_hooks",
    "_global_module_registration_hooks",
    "_global_parameter_registration_hooks",
)
STEP_HOOKS = ("_global_optimizer_pre_hooks", "_global_optimizer_post_hooks")


@pytest.fixture(autouse=True)
def no_trace() -> Iterator[None]:
    """Before and after every test: no hook, no mode, no stance, no finder."""
    assert traces() == []
    yield
    left = traces()
    _clean()
    assert left == []


def traces() -> list[str]:
    """What of ours is to be found in this process; never imports torch by itself."""
    found = [f"sys.meta_path: {finder}" for finder in sys.meta_path if isinstance(finder, ImportWatch)]
    # A module that is being imported, or half a one in a test of imports, has no hooks yet.
    if not hasattr(sys.modules.get("torch"), "optim"):
        return found
    import torch
    from torch.nn.modules import module
    from torch.optim import optimizer

    found += [name for name in HOOKS if getattr(module, name)]
    found += [name for name in STEP_HOOKS if getattr(optimizer, name)]
    found += [f"function mode {mode}" for mode in torch.overrides._get_current_function_mode_stack()]
    dynamo = sys.modules.get("torch._dynamo.eval_frame")
    if dynamo is not None and dynamo._stance.stance != "default":
        found.append(f"stance {dynamo._stance.stance}")
    return found


def _clean() -> None:
    # One leaking test must not fail all that follow.
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, ImportWatch)]
    if hasattr(sys.modules.get("torch"), "optim"):
        from torch.nn.modules import module
        from torch.optim import optimizer

        for owner, names in ((module, HOOKS), (optimizer, STEP_HOOKS)):
            for name in names:
                getattr(owner, name).clear()


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Results do not depend on how many cores a machine has, and test workers do not fight over them."""
    if hasattr(sys.modules.get("torch"), "set_num_threads"):
        import torch

        torch.set_num_threads(1)
