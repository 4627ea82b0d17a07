"""``gainstage run`` from end to end, with real trainings in processes of their own."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gainstage.cli import exits

TRAINING = """
import sys, torch
from torch import nn
torch.manual_seed(0)
layers = []
for _ in range(8):
    layers += [nn.Linear(16, 16), nn.Sigmoid()]
net = nn.Sequential(*layers, nn.Linear(16, 3))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
def train(steps):
    for step in range(steps):
        x = torch.randn(64, 16)
        loss = nn.functional.cross_entropy(net(x), x[:, :3].argmax(1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
"""
ENDINGS = {
    "finished": ("train(60)\nprint('done')", 0),
    "exited": ("train(60)\nsys.exit(3)", 3),
    "exception": ("train(60)\nraise ValueError('of the script')", 1),
    "interrupted": ("train(60)\nraise KeyboardInterrupt", None),  # by the signal, or 1 where torch finds tabulate
    "killed": ("train(60)\nimport os\nos.kill(os.getpid(), 9)", -signal.SIGKILL),
}


def command(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``gainstage`` in ``folder``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GAINSTAGE_")}
    return subprocess.run(
        [sys.executable, "-m", "gainstage", *arguments],
        cwd=folder,
        env={**kept, "OMP_NUM_THREADS": "1", **variables},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def script(folder: Path, text: str, name: str = "train.py") -> Path:
    """Write the training script with ``text`` as its last lines."""
    file = folder / name
    file.write_text(TRAINING + text + "\n")
    return file


@pytest.mark.slow
@pytest.mark.parametrize("outcome", ENDINGS)
def test_a_verdict_follows_every_end(outcome: str, tmp_path: Path) -> None:
    text, code = ENDINGS[outcome]
    file = script(tmp_path, text)
    if code is None:
        code = subprocess.run([sys.executable, file, "--epochs", "3"], capture_output=True, check=False).returncode
    done = command("run", "--json", "verdict.json", "train.py", "--epochs", "3", folder=tmp_path)
    assert done.returncode == code
    assert done.stdout == ("done\n" if outcome == "finished" else "")
    assert "GS201" in done.stderr and "looked at" in done.stderr
    if outcome == "exception":
        assert done.stderr.index("ValueError: of the script") < done.stderr.index("GS201")
    document = json.loads((tmp_path / "verdict.json").read_text())
    assert document["schema"] == "gainstage.run/1"
    assert document["script"]["argv"] == ["train.py", "--epochs", "3"]
    assert (document["script"]["exit_code"], document["script"]["outcome"]) == (code, outcome)
    again = command("report", "train.gs", "--json", folder=tmp_path)
    assert again.returncode == exits.FINDINGS, again.stderr
    stored = json.loads(again.stdout)
    assert stored["script"]["exit_code"] == code
    assert stored["findings"] == document["findings"]


@pytest.mark.slow
def test_options_of_run(tmp_path: Path) -> None:
    script(tmp_path, "train(40)")
    options = ("--every", "2", "--steps", "20", "--output", "mine", "--select", "GS201", "--fail-on", "error", "-q")
    done = command("run", *options, "--json", "v.json", "train.py", folder=tmp_path)
    assert done.returncode == exits.FINDINGS
    assert done.stdout == done.stderr == ""
    document = json.loads((tmp_path / "v.json").read_text())
    assert {finding["code"] for finding in document["findings"]} == {"GS201"}
    assert 5 <= document["observed"]["sampled"] <= 12
    assert (tmp_path / "mine.gs").is_dir()


@pytest.mark.slow
def test_the_script_goes_on_where_nothing_can_be_recorded(tmp_path: Path) -> None:
    script(tmp_path, "train(5)\nprint('done')")
    (tmp_path / "occupied").write_text("a file, not a folder")
    done = command("run", "--output", "occupied/run", "train.py", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "done\n")
    assert "cannot record" in done.stderr and "occupied" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.slow
def test_torch_without_training_is_called_nothing(tmp_path: Path) -> None:
    script(tmp_path, "print(net(torch.zeros(1, 16)).shape)")
    assert "observed" in command("run", "train.py", folder=tmp_path).stderr
    assert command("run", "--fail-on", "error", "train.py", folder=tmp_path).returncode == exits.NOTHING_OBSERVED
    assert command("report", folder=tmp_path).returncode == exits.NOTHING_OBSERVED


def test_a_script_without_torch_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("print('hello')\n")
    done = command("run", "plain.py", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "hello\n")
    assert done.stderr == "gainstage: nothing observed: the script never imported torch\n"
    assert command("run", "--fail-on", "info", "plain.py", folder=tmp_path).returncode == exits.NOTHING_OBSERVED
    assert [entry.name for entry in tmp_path.iterdir()] == ["plain.py"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_killing_everything_leaves_a_readable_run(seed: int, tmp_path: Path) -> None:
    script(tmp_path, "train(5)\nprint('ready', flush=True)\ntrain(1_000_000)")
    process = subprocess.Popen(
        [sys.executable, "-m", "gainstage", "run", "--every", "1", "train.py"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with process:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        time.sleep(random.Random(seed).uniform(0.3, 1.0))
        process.kill()
    done = command("report", "--json", "--fail-on", "never", folder=tmp_path)
    assert done.returncode == exits.OK, done.stderr
    document = json.loads(done.stdout)
    assert document["observed"]["sampled"] >= 1
    assert document["script"]["outcome"] in ("killed", "running")  # the dying process may still be there


@pytest.mark.slow
def test_the_demo(tmp_path: Path) -> None:
    done = command("demo", folder=tmp_path)
    assert done.returncode == 0
    assert "accuracy" in done.stdout and "gainstage" not in done.stdout
    assert "GS201" in done.stderr
    assert (tmp_path / "digits.gs").is_dir()


def test_a_fault_of_the_verdict_does_not_change_the_exit_code(tmp_path: Path) -> None:
    program = (
        "import sys; from gainstage.cli import main, verdict\n"
        "def fail(*a, **k): raise ZeroDivisionError('ours')\n"
        "verdict.after_run = fail\n"
        "sys.exit(main(['run', '-c', 'import sys; print(1); sys.exit(7)']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (7, "1\n")
    assert done.stderr == "gainstage: no verdict: ZeroDivisionError: ours\n"
