"""Real trainings of two ranks under torchrun, on gloo: nothing is changed, every rank is recorded, all are merged."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import pytest

from gainstage.record.reader import load

SCRIPT = Path(__file__).parent / "scripts" / "train.py"
TORCHRUN = ("-m", "torch.distributed.run", "--nproc-per-node", "2")
GAINSTAGE = (sys.executable, "-m", "gainstage", "run", "-q")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass(frozen=True)
class Done:
    """What a job left behind."""

    code: int
    out: str
    weights: list[str]
    verdict: dict[str, Any] = field(default_factory=dict)


def launch(command: list[str], folder: Path) -> Done:
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GAINSTAGE_", "RANK", "WORLD_"))}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=280, env={**kept, "OMP_NUM_THREADS": "1"}
    )
    weights = [(folder / f"weights{rank}") for rank in (0, 1)]
    verdict = folder / "verdict.json"
    return Done(
        done.returncode,
        done.stdout,
        [file.read_text() if file.exists() else "" for file in weights],
        json.loads(verdict.read_text()) if verdict.exists() else {},
    )


def bare(folder: Path, *options: str) -> Done:
    return launch([sys.executable, *TORCHRUN, str(SCRIPT), *options], folder)


def outside(folder: Path, *options: str) -> Done:
    """``gainstage run -m torch.distributed.run train.py``."""
    own = ("--every", "1", "--json", "verdict.json")
    return launch([*GAINSTAGE, *own, *TORCHRUN, str(SCRIPT), *options], folder)


def inside(folder: Path, *options: str) -> Done:
    """``torchrun --no-python gainstage run train.py``."""
    own = ("--every", "1", "--json", "verdict.json")
    return launch([sys.executable, *TORCHRUN, "--no-python", *GAINSTAGE, *own, str(SCRIPT), *options], folder)


def same(watched: Done, plain: Done) -> None:
    assert plain.code == 0 and plain.weights[0], "the script itself has failed"
    assert re.search(r"^collectives [1-9]", plain.out, re.MULTILINE), "the script counts those of the whole training"
    assert (watched.code, watched.out, watched.weights) == (plain.code, plain.out, plain.weights)


def test_ddp_is_not_changed_and_its_ranks_are_merged(tmp_path: Path) -> None:
    watched = outside(tmp_path / "watched")
    same(watched, bare(tmp_path / "bare"))
    assert len(list((tmp_path / "watched").glob("*.gs/rank?.sqlite"))) == 2
    assert watched.verdict["observed"]["sampled"] == 20
    assert [(rank["rank"], rank["sampled"], rank["outcome"]) for rank in watched.verdict["ranks"]] == [
        (0, 20, "finished"), (1, 20, "finished"),
    ]  # fmt: skip
    assert watched.verdict["findings"] == []
    run = load(tmp_path / "watched" / "train.gs")
    # Copies of one network: what the gradients were averaged to is the same on both, to the last bit.
    gradients = [rank.update(0, "gradient").tolist() for rank in run.ranks]
    assert gradients[0] == gradients[1]
    assert run.step("examples").tolist() == [64] * 20


def test_fsdp_is_not_changed_and_its_shards_are_put_together(tmp_path: Path) -> None:
    watched = inside(tmp_path / "watched", "--shard")
    same(watched, bare(tmp_path / "bare", "--shard"))
    run = load(tmp_path / "watched" / "train.gs")
    assert [rank.parameter("2.weight").shard for rank in run.ranks] == [(17, 48), (16, 48)]  # type: ignore[union-attr]
    assert {site.module: site.weight for site in run.sites if site.kind == "affine"} == {
        "0": "0.weight", "2": "2.weight", "4": "4.weight",
    }  # fmt: skip
    assert [parameter.shard for parameter in run.parameters] == [()] * 6
    # The script prints the whole weights' norms after the last step; the last sample saw them just before it.
    told = json.loads(re.search(r"\{.*\}", watched.out)[0].replace("'", '"'))  # type: ignore[index]
    for parameter in run.parameters:
        size = run.update(parameter.index, "weight")[-1] * prod(parameter.shape) ** 0.5
        assert size == pytest.approx(told[parameter.name], rel=0.1)


def test_nan_is_traced_to_its_rank_and_a_killed_rank_leaves_the_others_whole(tmp_path: Path) -> None:
    done = inside(tmp_path / "watched", "--nan-at", "4", "--kill-at", "6")
    assert done.code == 1  # torchrun's own
    run = load(tmp_path / "watched" / "train.gs")
    assert [(rank.info.outcome, rank.info.exit_code, rank.sampled) for rank in run.ranks][1] == ("killed", -9, 6)
    assert [step.step for step in run.ranks[0].steps] == list(range(6))
    assert done.verdict["script"]["outcome"] == "killed"
    assert [rank["outcome"] for rank in done.verdict["ranks"]] == ["killed", "killed"]
    # With the averaged gradients NaN reaches every rank in the same step: only one of them made it.
    assert [(rank["broke_at"], bool(rank["broke_in"])) for rank in done.verdict["ranks"]] == [(4, False), (4, True)]
    (finding,) = [found for found in done.verdict["findings"] if found["code"] == "GS701"]
    assert (finding["evidence"]["first_ranks"], finding["first_step"], finding["cause"]["name"]) == ([1], 4, "data")
