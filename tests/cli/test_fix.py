"""``gainstage fix`` from end to end, on trainings that really are sick."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from gainstage.cli import exits, main

TRAINING = """\
import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(256, 16)
y = (x[:, 0] + x[:, 1] > 0).long()
layers = []
for _ in range(4):
    layers += [nn.Linear(16, 16), nn.ReLU()]
model = nn.Sequential(*layers, nn.Linear(16, 2))
"""
SICK = """\
for layer in model:
    if isinstance(layer, nn.Linear):
        nn.init.normal_(layer.weight, std=0.02)  # far too small
"""
LOOP = """\
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
for step in range(240):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
with torch.no_grad():
    print("accuracy", (model(x).argmax(1) == y).float().mean().item())
"""


def fix(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GAINSTAGE_")}
    return subprocess.run(
        [sys.executable, "-m", "gainstage", "fix", *arguments],
        cwd=folder, env={**kept, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def cured(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """One proof, looked at from several sides."""
    folder = tmp_path_factory.mktemp("cured")
    (folder / "train.py").write_text(TRAINING + SICK + LOOP)
    done = fix(folder, "--json", "proof.json", "--apply-to", "cured.py", "--candidates", "2", "train.py")
    assert done.returncode == exits.OK, done.stderr + done.stdout
    return SimpleNamespace(folder=folder, done=done, proof=json.loads((folder / "proof.json").read_text()))


def accuracy(folder: Path, script: str) -> float:
    done = subprocess.run([sys.executable, script], cwd=folder, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def closing_loss(folder: Path, script: str, steps: int) -> float:
    """The mean of the last fifth of the first ``steps`` losses that the script computes, without Gainstage."""
    program = (
        "import runpy, torch; from torch.nn import functional as F; losses, own = [], F.cross_entropy\n"
        "F.cross_entropy = lambda *given: losses.append(own(*given)) or losses[-1]\n"
        f"runpy.run_path({script!r}, run_name='__main__'); print([float(loss) for loss in losses])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
    losses = json.loads(done.stdout.splitlines()[-1])[:steps]
    last = losses[-max(5, steps // 5) :]
    return sum(last) / len(last)


@pytest.mark.slow
def test_a_bad_start_is_cured_and_proved(cured: SimpleNamespace) -> None:
    proof = cured.proof
    assert proof["schema"] == "gainstage.fix/1" and proof["chosen"] == "reinitialise"
    (chosen,) = [one for one in proof["candidates"] if one["proved"]]
    assert chosen["interval"][1] < 1 and chosen["against_random"]["clear"] and chosen["safety"] == "safe"
    assert len(chosen["values"]) == 3 and chosen["losses"][0] < proof["baseline"]["losses"][0]
    assert chosen["measured"]["unit"] == "dB" and chosen["measured"]["value"] > -60
    assert proof["random_control"]["values"] and proof["cost"]["trainings"] > 1
    assert "unsafe" in {one["safety"] for one in proof["not_tried"]}


@pytest.mark.slow
def test_the_table_and_the_diff_are_printed(cured: SimpleNamespace) -> None:
    shown = cured.done.stdout
    for part in ("untouched", "random remedy", "predicted", "measured", "proved: reinitialise", "+++ train.py"):
        assert part in shown
    assert "written: cured.py" in shown and cured.done.stderr.startswith("gainstage: watching")
    assert max(map(len, shown.partition("--- train.py")[0].splitlines())) <= 80


@pytest.mark.slow
def test_the_cured_script_does_what_the_trial_promised(cured: SimpleNamespace) -> None:
    (chosen,) = [one for one in cured.proof["candidates"] if one["proved"]]
    assert closing_loss(cured.folder, "cured.py", chosen["steps"]) == pytest.approx(chosen["losses"][0], abs=1e-6)
    final = chosen["final"]
    assert final["measure"] == "training loss"
    assert 0 < final["steps"] < 240, "far ahead of the untouched training's end so soon: no need to see its own"
    assert closing_loss(cured.folder, "cured.py", final["steps"]) == pytest.approx(final["cured"], abs=1e-6)
    assert closing_loss(cured.folder, "train.py", 240) == pytest.approx(final["untouched"], abs=1e-6)
    assert accuracy(cured.folder, "cured.py") > accuracy(cured.folder, "train.py") + 0.2
    assert (cured.folder / "train.py").read_text() == TRAINING + SICK + LOOP
    assert sorted(os.listdir(cured.folder)) == ["cured.py", "proof.json", "train.py"]


@pytest.mark.slow
def test_a_healthy_training_is_left_in_peace(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAINING + LOOP)
    done = fix(tmp_path, "--json", "proof.json", "train.py")
    proof = json.loads((tmp_path / "proof.json").read_text())
    assert done.returncode == exits.OK and "nothing to cure" in done.stdout
    assert proof["findings"] == [] and proof["cost"]["trials"] == 1


@pytest.mark.slow
def test_a_script_that_fails_or_does_not_train_says_so(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("raise ValueError('of the script')\n")
    (tmp_path / "idle.py").write_text("print('nothing')\n")
    failed, idle = fix(tmp_path, "train.py"), fix(tmp_path, "idle.py")
    assert failed.returncode == exits.USAGE and "fails before it trains: ValueError: of the script" in failed.stderr
    assert idle.returncode == exits.NOTHING_OBSERVED and "ended without training" in idle.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_whoever_ends_it_finds_nothing_left_behind(tmp_path: Path, number: int, code: int) -> None:
    (tmp_path / "train.py").write_text(TRAINING + LOOP.replace("240", "10**9"))
    own = tmp_path / "temporary"
    own.mkdir()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TMPDIR": str(own)}
    command = [sys.executable, "-m", "gainstage", "fix", "train.py"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as process:
        for _ in range(1200):
            if any(counter.read_bytes()[0] for counter in own.glob("gainstage-fix-*/trial0/steps")):
                break
            time.sleep(0.1)
        process.send_signal(number)
        assert process.wait(60) == code
        said = process.stderr.read() if process.stderr is not None else ""
    assert ("interrupted before there was a result" in said) == (number == signal.SIGINT)
    assert list(own.glob("gainstage-fix-*")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "fix what?"),
        (["-c", "print()"], "give a script (train.py)"),
        (["missing.py"], "cannot read the script 'missing.py'"),
        (["--metric", "acc=(", __file__], "no regular expression"),
        (["--seeds", "0", "train.py"], "expected a whole number"),
        (["--sedes", "3", "train.py"], "did you mean --seeds"),
    ],
)
def test_wrong_use_is_explained(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", *arguments]) == exits.USAGE
    assert said in capsys.readouterr().err


def test_help_teaches_without_torch() -> None:
    program = "import sys; from gainstage.cli import main; main(['fix', '--help']); assert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0 and "same seeds" in done.stdout and "examples:" in done.stdout
