"""One number that moves every seed of a script together: the same in all arms of a trial, so that they are paired.

Seed 0 leaves the script's own seeds as they are. Seed k adds the same to each: other weights, other batches, the
same for the cured and the untouched training. What a script does not seed is seeded before it starts.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from functools import wraps
from itertools import count
from typing import Any

STRIDE = 7919  # a prime: seeds that the script derives from each other (seed + rank) do not meet those of another trial
START = 20_160_101  # what an unseeded script gets


def install(seed: int) -> None:
    """Shift every seed that is set from now on by ``seed`` strides, and set all that a script may forget."""
    import torch

    shift = seed * STRIDE
    _python(shift)
    _numpy(shift)
    _torch(shift)
    random.seed(START)
    torch.manual_seed(START)
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed(START)


def shifted(function: Callable[..., Any], shift: int, name: str, modulus: int = 2**63) -> Callable[..., Any]:
    """``function`` with its first argument, called ``name``, moved by ``shift``; a missing seed becomes a fixed one."""
    fresh = count(START)

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        given = args[0] if args else kwargs.get(name)
        if given is None:
            given = next(fresh)  # asked for entropy: two arms must get the same
        if isinstance(given, int) and not isinstance(given, bool):
            given = (given + shift) % modulus
        rest = {key: value for key, value in kwargs.items() if key != name}
        return function(given, *args[1:], **rest)

    return call


def _python(shift: int) -> None:
    random.seed = shifted(random.seed, shift, "a")


def _numpy(shift: int) -> None:
    """NumPy is a dependency of ours and of nearly every script; importing it here changes nothing for it."""
    import numpy as np

    np.random.seed = shifted(np.random.seed, shift, "seed", 2**32)
    np.random.default_rng = shifted(np.random.default_rng, shift, "seed")


def _torch(shift: int) -> None:
    import torch

    torch.manual_seed = torch.random.manual_seed = shifted(torch.manual_seed, shift, "seed")
    torch.seed = torch.random.seed = lambda: int(torch.manual_seed(None).initial_seed())
    torch.cuda.manual_seed = shifted(torch.cuda.manual_seed, shift, "seed")
    torch.cuda.manual_seed_all = shifted(torch.cuda.manual_seed_all, shift, "seed")
    if not shift:
        return

    class Generator(torch.Generator):
        """Torch's own, which is a C type and cannot be changed in place."""

        def manual_seed(self, seed: int) -> torch.Generator:
            super().manual_seed((seed + shift) % 2**63)
            return self

        def seed(self) -> int:
            self.manual_seed(START)
            return self.initial_seed()

    Generator.__qualname__ = "Generator"
    torch.Generator = Generator  # type: ignore[misc]
