"""The loss's gradient at tensors of the forward pass.

Tensor hooks, never a module's full backward hook: those make an in-place activation raise inside the
user's script. A hook returns nothing, keeps no tensor of the user's alive, and is taken away when the step ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from gainstage.observe.layout import cut
from gainstage.observe.reduce import Reducer, wide
from gainstage.observe.visits import Energy, Slot, Track

_SHARE = 2  # an RMS needs fewer rows than a unit's statistics


class Ear:
    """Collects gradients into slots while ``listening``; ``muted`` while the user computes other gradients."""

    def __init__(self, reducer: Reducer, failed: Callable[[Exception], None]) -> None:
        self.reducer = reducer
        self.failed = failed
        self.listening = True
        self.muted = False
        self.handles: list[Any] = []

    def listen(self, tensor: torch.Tensor, unit_dim: int, into: Slot | None = None) -> Slot | None:
        """A slot for the gradient at ``tensor`` as it is now, before any later in-place change.

        ``into`` adds it to another tensor's: an RNN is used by its sequence, or by its last state, or by both.
        """
        if not tensor.requires_grad:
            return None
        slot = into or Slot()

        def hear(gradient: torch.Tensor) -> None:
            if self.listening and not self.muted:
                self._hear(slot, gradient, unit_dim)

        self.handles.append(tensor.register_hook(hear))
        return slot

    def follow(self, sequence: torch.Tensor, time_dim: int) -> Track | None:
        """How far back in time the gradient reaches: what arrives at each moment of ``sequence``."""
        if not sequence.requires_grad:
            return None
        track, others = Track(), tuple(dim for dim in range(sequence.dim()) if dim != time_dim)

        def hear(gradient: torch.Tensor) -> None:
            if not self.listening or self.muted or track.squares is not None:
                return
            try:
                with torch._C.DisableTorchFunction():
                    track.squares = gradient.detach().to(wide(gradient.device)).square().mean(others)
            except Exception as error:
                self.listening = False
                self.failed(error)

        self.handles.append(sequence.register_hook(hear))
        return track

    def _hear(self, slot: Slot, gradient: torch.Tensor, unit_dim: int) -> None:
        try:
            with torch._C.DisableTorchFunction():
                energy = Energy()
                self.reducer.energy(energy, cut(gradient, unit_dim, _SHARE)[0])
                slot.energies.append(energy)
        except Exception as error:
            self.listening = False
            self.failed(error)

    def release(self) -> None:
        """Take every hook away, also from graphs that the user keeps."""
        self.listening = False
        for handle in self.handles:
            handle.remove()
        self.handles.clear()
