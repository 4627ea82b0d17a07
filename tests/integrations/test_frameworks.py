"""Each framework's page: its script is seen without a change, and its callback finds the same."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "docs" / "integrations"
FRAMEWORKS = {
    "lightning": "pytorch_lightning",
    "transformers": "transformers",
    "accelerate": "accelerate",
    "ignite": "ignite",
    "skorch": "skorch",
    "fastai": "fastai",
    "keras": "keras",
}
NOT_TORCHS = ("fastai", "keras")  # their optimizers
STEPS = 32  # 512 examples in batches of 32, two epochs
EARLIEST_STOP = 4  # samples: before, nobody asks

frameworks = pytest.mark.parametrize("name", FRAMEWORKS)


def scripts(name: str) -> list[str]:
    """The page's script, and what it adds for the callback."""
    if find_spec(FRAMEWORKS[name]) is None:
        pytest.skip(f"{FRAMEWORKS[name]} is not installed; `make integrations` installs and tests all")
    blocks = re.findall(r"```python\n(.*?)```", (PAGES / f"{name}.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2
    return blocks


@pytest.mark.timeout(300)
@frameworks
def test_a_script_is_seen_without_a_change(name: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(scripts(name)[0], encoding="utf-8")
    command = [sys.executable, "-m", "gainstage", "run", "--every", "1", "--json", "verdict.json", "train.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    verdict = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))
    assert verdict["observed"]["steps"] == STEPS
    # Without an optimizer of torch's the last update may come after the last backward pass that tells of it.
    assert STEPS - (name in NOT_TORCHS) <= verdict["observed"]["sampled"] <= STEPS
    assert 0.6 < verdict["observed"]["loss"]["start"] < 0.8  # two classes at random: ln 2
    assert len(verdict["stages"]) == 13
    assert all(stage["backward_db"] < -6 for stage in verdict["stages"][1:12])
    assert verdict["findings"][0]["code"] == "GS201"


@frameworks
def test_the_callback_finds_it_and_stops(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, native = scripts(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    seen: dict[str, object] = {"__name__": "train", "print": lambda codes: seen.update(codes=codes)}
    exec(compile(plain + native, f"{name}.md", "exec"), seen)
    codes = seen["codes"]
    assert isinstance(codes, list)
    assert codes[0] == "GS201"
    run = diagnosed(seen).run
    assert run.info.outcome == "finished"
    stops = name != "accelerate"  # its loop is the user's
    assert (len(run.steps) == EARLIEST_STOP) == stops
    assert all(step.learning_rate > 0 and step.optimizer for step in run.steps)


def diagnosed(seen: dict[str, object]):
    """The diagnosis that the page's script has made."""
    if "watcher" in seen:
        return seen["watcher"].diagnosis  # type: ignore[attr-defined]
    return dict(seen["net"].callbacks_)["gainstage"].diagnosis_  # type: ignore[attr-defined]


def test_every_page_is_listed() -> None:
    index = (PAGES / "index.md").read_text(encoding="utf-8")
    assert all(f"({name}.md)" in index for name in FRAMEWORKS)
