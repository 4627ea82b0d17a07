"""Lightning loads the callback by itself where the environment asks for it, and lets exceptions of ours through."""

from __future__ import annotations

import sys

import pytest

pl = pytest.importorskip("pytorch_lightning")

import torch  # noqa: E402

from gainstage.integrations.autoload import lightning_callbacks  # noqa: E402
from gainstage.integrations.lightning import GainstageCallback  # noqa: E402

QUIET = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False}


class Model(pl.LightningModule):
    """Learns nothing from nothing, and fails at step ``fails``."""

    def __init__(self, fails: int = -1) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)
        self.fails = fails

    def training_step(self, batch: torch.Tensor, index: int) -> torch.Tensor:
        if index == self.fails:
            raise ValueError("bad batch")
        return self.layer(batch).square().mean()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


def trainer(*callbacks: object):
    return pl.Trainer(max_epochs=1, accelerator="cpu", callbacks=list(callbacks), **QUIET)


DATA = torch.utils.data.DataLoader(torch.ones(48, 4), batch_size=8)  # type: ignore[arg-type]


@pytest.mark.parametrize(("value", "expected"), [(None, 0), ("", 0), ("0", 0), ("1", 1)])
def test_the_entry_point_gives_nothing_unless_asked(
    monkeypatch: pytest.MonkeyPatch, value: str | None, expected: int
) -> None:
    if value is None:
        monkeypatch.delenv("GAINSTAGE", raising=False)
    else:
        monkeypatch.setenv("GAINSTAGE", value)
    assert len(lightning_callbacks()) == expected
    assert sum(isinstance(found, GainstageCallback) for found in trainer().callbacks) == expected


def test_the_entry_point_imports_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GAINSTAGE", raising=False)
    for name in [name for name in sys.modules if name.startswith("gainstage.")]:
        monkeypatch.delitem(sys.modules, name)
    assert lightning_callbacks() == []
    assert [name for name in sys.modules if name.startswith("gainstage.")] == []


def test_an_exception_of_the_script_passes_and_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    watcher = GainstageCallback()
    with pytest.raises(ValueError, match="bad batch"):
        trainer(watcher).fit(Model(fails=4), DATA)
    assert watcher.diagnosis is not None
    assert watcher.diagnosis.run.info.outcome == "exception"
    assert watcher.diagnosis.run.sampled == 4
    assert "bad batch" in capsys.readouterr().err
