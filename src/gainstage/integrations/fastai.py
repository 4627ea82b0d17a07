"""A callback for fastai."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastai.callback.core import Callback, CancelFitException  # pyright: ignore[reportMissingImports]
from fastai.optimizer import OptimWrapper  # pyright: ignore[reportMissingImports]

from gainstage.integrations.recording import Recording
from gainstage.integrations.standin import stand_in

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from gainstage.diagnose.engine import Diagnosis
    from gainstage.integrations.recording import Settings


class GainstageCallback(Callback):
    """Watches ``learner.fit`` and prints the verdict at its end: ``Learner(..., cbs=GainstageCallback())``.

    Args:
        settings: ``path``, ``budget``, ``every``, ``select``, ``ignore``, ``stop_on``, ``quiet``, as
            :class:`~gainstage.integrations.recording.Recording` takes them.

    Raises:
        GainstageError: for a setting that does not fit.
    """

    def __init__(self, **settings: Unpack[Settings]) -> None:
        super().__init__()
        self._recording = Recording(**settings)

    @property
    def diagnosis(self) -> Diagnosis | None:
        """What was found in the last training; ``None`` before its end, and where ``gainstage run`` watches."""
        return self._recording.diagnosis

    def before_fit(self) -> None:
        """Begin to watch; fastai's own optimizers are not torch's, so that their steps have to be shown to it."""
        self._recording.begin()
        optimizer = self.learn.opt
        if isinstance(optimizer, OptimWrapper):
            return
        parameters = [parameter for parameter, *_ in optimizer.all_params(with_grad=False)]
        shown = stand_in(type(optimizer).__name__, parameters, {"lr": optimizer.hypers[-1]["lr"]})
        vars(optimizer).pop("step", None)  # of a training that died
        update = optimizer.step
        optimizer.step = lambda closure=None: shown.around(update, float(optimizer.hypers[-1]["lr"]))

    def after_batch(self) -> None:
        """End the training where ``stop_on`` says so."""
        if self.training and self._recording.stopping is not None:
            raise CancelFitException

    def after_fit(self) -> None:
        """The verdict."""
        vars(self.learn.opt).pop("step", None)
        self._recording.end()
