"""What trackers are given, and that each of them holds it afterwards, once."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import gainstage
from gainstage.cli import main
from gainstage.export.measures import measures
from gainstage.record.run import Run

STAGES, STEPS = 13, 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run file ``deep.gs`` of a sick chain, in a folder of its own."""
    place = tmp_path_factory.mktemp("runs")
    torch.manual_seed(0)
    layers = [part for _ in range(12) for part in (nn.Linear(16, 16), nn.Sigmoid())]
    network = nn.Sequential(*layers, nn.Linear(16, 2))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    inputs = torch.randn(128, 16)
    with gainstage.watch(place / "deep", every=1):
        for _ in range(STEPS):
            optimizer.zero_grad()
            F.cross_entropy(network(inputs), (inputs[:, 0] > 0).long()).backward()
            optimizer.step()
    return place


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The run; the current folder is a new one, where trackers may write."""
    monkeypatch.chdir(tmp_path)
    return gainstage.load(folder / "deep")


def export(folder: Path, tracker: str, place: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """Export twice, as somebody does who forgot that he had; what the command says as JSON."""
    for _ in range(2):
        capsys.readouterr()
        assert main(["export", str(folder / "deep.gs"), "--to", tracker, place, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def needs(package: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(find_spec(package) is None, reason=f"{package} is not installed: make integrations")


def test_measures_are_the_runs_own_numbers(run: Run) -> None:
    found = measures(gainstage.diagnose(run))
    assert [row.step for row in found.rows] == list(range(STEPS))
    assert [row.scalars["loss"] for row in found.rows] == [step.loss for step in run.steps]
    gains = {tag: value for tag, value in found.rows[-1].scalars.items() if tag.startswith("backward_db/")}
    assert len(gains) == STAGES - 1  # nothing is behind the last one
    assert all(value < -10 for value in gains.values())
    assert found.notes[0].code == "GS201"
    assert all(np.isfinite(list(row.scalars.values())).all() for row in found.rows)


def test_histograms_hold_every_parameter_that_moved(run: Run) -> None:
    for place, row in enumerate(measures(gainstage.diagnose(run)).rows):
        ratios = [run.update(parameter.index, "ratio")[place] for parameter in run.parameters]
        moved = [ratio for ratio in ratios if ratio > 0]
        (histogram,) = row.histograms
        assert histogram.counts.sum() == len(moved)
        assert len(histogram.edges) == len(histogram.counts) + 1


@needs("tensorboard")
def test_tensorboard_holds_it_once(folder: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    said = export(folder, "tensorboard", "logs", capsys)
    (place,) = Path("logs").iterdir()
    assert len(list(place.iterdir())) == 1
    read = EventAccumulator(str(place), size_guidance={"scalars": 0, "histograms": 0, "tensors": 0}).Reload()
    found = measures(gainstage.diagnose(run))
    losses = [(event.step, event.wall_time, event.value) for event in read.Scalars("loss")]
    assert losses == [(row.step, row.time, np.float32(row.scalars["loss"])) for row in found.rows]
    assert read.Tags()["scalars"] and sorted(read.Tags()["scalars"]) == said["scalars"]
    histogram = read.Histograms("log10_update_ratio")[-1].histogram_value
    assert sum(histogram.bucket) == histogram.num == found.rows[-1].histograms[0].counts.sum()
    texts = [read.Tensors(tag)[0].tensor_proto.string_val[0].decode() for tag in read.Tags()["tensors"]]
    assert texts == [note.text for note in found.notes]


@needs("wandb")
def test_wandb_holds_it_offline_once(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_MODE", "offline")
    said = export(folder, "wandb", "demo", capsys)
    (place,) = Path("wandb").glob("offline-run-*")
    assert str(said["next_command"]) == f"wandb sync {place.absolute()}"
    stored = whole(next(place.glob("*.wandb")).read_bytes())
    notes = measures(gainstage.diagnose(run)).notes
    alerts = [note.title for note in notes if note.severity != "info"]
    assert [title for title in alerts if title.encode() not in stored] == []
    (table,) = place.glob("files/media/table/findings*.json")
    assert [row[0] for row in json.loads(table.read_text(encoding="utf-8"))["data"]] == [note.code for note in notes]
    assert b"backward_db/002_2" in stored


def whole(log: bytes) -> bytes:
    """A log in blocks of 32 KiB, without the headers that cut its records where a block begins."""
    return b"".join(log[start + 7 * (start > 0) : start + 32768] for start in range(0, len(log), 32768))


@needs("mlflow")
def test_mlflow_holds_it_once(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/store.db")
    from mlflow import MlflowClient

    export(folder, "mlflow", "demo", capsys)
    client = MlflowClient()
    experiment = client.get_experiment_by_name("demo")
    (stored,) = client.search_runs([experiment.experiment_id])
    found = measures(gainstage.diagnose(run))
    history = client.get_metric_history(stored.info.run_id, "loss")
    assert [(point.step, point.value) for point in history] == [(row.step, row.scalars["loss"]) for row in found.rows]
    assert stored.data.tags["gainstage.findings"].split() == [note.code for note in found.notes]
    assert [file.path for file in client.list_artifacts(stored.info.run_id)] == ["gainstage.json"]


@needs("trackio")
def test_trackio_holds_it_once(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "store"))
    from trackio.sqlite_storage import SQLiteStorage

    said = export(folder, "trackio", "demo", capsys)
    assert SQLiteStorage.get_runs("demo") == [said["run"]]
    logs = SQLiteStorage.get_logs("demo", said["run"])
    assert [row["loss"] for row in logs] == pytest.approx([step.loss for step in run.steps])
    alerts = SQLiteStorage.get_alerts("demo", said["run"])
    assert {alert["title"].split()[0] for alert in alerts} == set(said["findings"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "export where? Say --to tensorboard or"),
        (["--to", "tensorbord"], "did you mean 'tensorboard'"),
        (["--to", "tensorboard", "deep.gs"], "the run stands before it"),
        (["missing", "--to", "tensorboard"], "missing"),
    ],
)
def test_wrong_use_is_explained(
    arguments: list[str], message: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_tracker_that_is_missing_is_named(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gainstage.cli.export.find_spec", lambda name: None)
    assert main(["export", str(folder / "deep"), "--to", "trackio"]) == 2
    assert "pip install 'gainstage[trackio]'" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_explained(
    folder: Path, run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    if find_spec("tensorboard") is None:
        pytest.skip("tensorboard is not installed")
    (tmp_path / "file").write_text("in the way")
    assert main(["export", str(folder / "deep"), "--to", "tensorboard", "file"]) == 2
    assert "--to tensorboard file" in capsys.readouterr().err
