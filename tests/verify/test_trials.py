"""Trials of small scripts, each in a process of its own."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import pytest

from gainstage.record.reader import load
from gainstage.verify.launch import Laboratory
from gainstage.verify.order import Course, Order, Reading, Score
from trials import TRAINING, Run


def test_a_training_is_counted_and_its_losses_kept(run: Run) -> None:
    course = run("train(12)\nprint('done')").course
    assert (course.state, course.steps, course.exit_code) == ("finished", 12, 0)
    assert len(course.losses) == 12 and course.losses[-1] < course.losses[0]
    assert course.output.endswith("done\n")


def test_a_trial_stops_where_it_is_told_and_goes_on(run: Run, laboratory: Laboratory) -> None:
    whole = run("train(20)").course
    trial = run("train(20)", steps=8)
    assert (trial.course.state, trial.course.steps) == ("waiting", 8)
    assert not trial.over and trial.live == 8
    laboratory.run([trial], 15)
    assert trial.course.losses == whole.losses[:15]
    laboratory.run([trial], 0)
    assert (trial.course.state, trial.course.losses) == ("finished", whole.losses)


@pytest.mark.parametrize(
    ("text", "state", "said"),
    [
        ("train(3)\nraise ValueError('of the script')", "exception", "ValueError: of the script"),
        ("train(3)\nimport sys\nsys.exit(4)", "exited", ""),
        ("train(3)\nimport os\nos.abort()", "killed", "status -6"),
    ],
)
def test_a_failure_is_a_result(run: Run, text: str, state: str, said: str) -> None:
    course = run(text).course
    assert course.state == state and said in course.text
    assert course.exit_code == (4 if state == "exited" else course.exit_code)


def test_a_trial_that_hangs_is_a_result(run: Run) -> None:
    trial = run("import time\ntime.sleep(600)", limit=0.5)
    assert trial.course.state == "timeout" and trial.course.broke and trial.over


def test_a_trial_is_ended_with_its_children(run: Run, laboratory: Laboratory) -> None:
    text = """
import subprocess
child = subprocess.Popen(["sleep", "600"])
print(child.pid)
train(3)
"""
    trial = run(text, steps=2)
    child = int(trial.course.output)
    assert alive(child) and alive(trial.process)
    laboratory.end(trial)
    wait_for_end(child)
    wait_for_end(trial.process)


def wait_for_end(process: int) -> None:
    deadline = time.monotonic() + 60
    while alive(process):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_other_texts_run_in_the_place_of_files(run: Run, tmp_path: Path) -> None:
    (tmp_path / "parts.py").write_text("RATE = 1\n")
    script = str(tmp_path / "train.py")
    cured = "import parts, inspect\nprint(parts.RATE, inspect.getsource(parts))\nraise SystemExit(3)\n"
    course = run("", texts={script: TRAINING + cured, str(tmp_path / "parts.py"): "RATE = 2\n"}).course
    assert course.output == "2 RATE = 2\n\n" and course.exit_code == 3
    assert (tmp_path / "parts.py").read_text() == "RATE = 1\n"
    assert not (tmp_path / "__pycache__").exists()


def test_a_traceback_shows_the_text_that_ran(run: Run, tmp_path: Path) -> None:
    trial = run("", texts={str(tmp_path / "train.py"): "def f():\n    raise ValueError('cured')\nf()\n"})
    assert "    raise ValueError('cured')" in (trial.folder / "output.txt").read_text()


def test_the_script_is_main(run: Run, tmp_path: Path) -> None:
    text = "import sys\nprint(__name__, __file__, sys.argv, sys.path[0], sys.stdin.read() == '')\n"
    course = run(text, whole=True).course
    assert course.output == f"__main__ {tmp_path / 'train.py'} ['train.py'] {tmp_path} True\n"


def test_a_module_is_run_as_python_does(laboratory: Laboratory, tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "main.py").write_text("from . import other\nimport sys\nprint(__name__, __package__, sys.argv[1:])\n")
    (package / "other.py").write_text("")
    order = Order("module", "package.main", ("--fast",), cwd=str(tmp_path), folder="")
    trial = laboratory.prepare(order, 60.0)
    laboratory.run([trial], 0)
    assert trial.course.output == "__main__ package ['--fast']\n"
    assert set(trial.course.files) == {str(package / name) for name in ("__init__.py", "main.py", "other.py")}


SEEDS = """
import random, numpy as np, torch
numbers = [random.random(), np.random.rand(), float(torch.rand(()))]
torch.manual_seed(3); np.random.seed(3); random.seed(3)
numbers += [random.random(), np.random.rand(), float(torch.rand(())), np.random.default_rng(3).random()]
numbers += [float(torch.rand((), generator=torch.Generator().manual_seed(3))), np.random.default_rng().random()]
print(*numbers)
"""


def test_seeds_move_together_and_are_the_same_in_every_arm(run: Run) -> None:
    def numbers(seed: int) -> list[str]:
        return run(SEEDS, whole=True, seed=seed).course.output.split()

    assert numbers(2) == numbers(2)
    assert not set(numbers(1)) & set(numbers(2))
    own = numbers(0)
    import random

    random.seed(3)
    assert float(own[3]) == random.random()  # seed 0 leaves the script's own seeds alone


def test_what_is_printed_and_logged_is_read(run: Run) -> None:
    text = "import gainstage\ntrain(4)\nprint('val_acc=0.5')\ntrain(3)\ngainstage.log(score=torch.tensor(0.75))"
    course = run(text, metric=r"val_acc=([0-9.]+)").course
    assert course.readings == (Reading(4, "val_acc", 0.5), Reading(7, "score", 0.75, "logged"))


def test_watching_changes_nothing_and_leaves_a_run_file(run: Run) -> None:
    bare, watched = run("train(30)"), run("train(30)", watch=True)
    assert watched.course.losses == bare.course.losses
    assert load(watched.folder / "run.gs").sampled > 10


def test_a_loop_without_an_optimizer_has_steps(run: Run) -> None:
    text = """
for step in range(100):
    loss = nn.functional.cross_entropy(net(x), y)
    for p in net.parameters(): p.grad = None
    loss.backward()
    with torch.no_grad():
        for p in net.parameters(): p -= 0.1 * p.grad
"""
    course = run(text).course
    assert course.steps == len(course.losses) == 99  # the last one has nobody to end it


def test_a_loss_that_a_scaler_multiplies_is_noted_unscaled(run: Run) -> None:
    text = """
scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
for step in range(3):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net(x), y)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
"""
    assert run(text).course.losses == pytest.approx(run("train(3)").course.losses, rel=1e-3)


def test_scores_tell_training_from_held_out_data(run: Run) -> None:
    text = """
train(2)
with torch.no_grad():
    nn.functional.cross_entropy(net(x), y)
print(float((net(x).argmax(1) == y).float().mean()))
"""
    course = run(text).course
    assert [row.held_out for row in course.scores] == [False, False, True]
    last = course.scores[-1]
    assert sum(last.right) / sum(last.total) == pytest.approx(float(course.output))
    assert math.isclose(course.scores[0].loss, course.losses[0], rel_tol=1e-6)


def test_a_loss_of_other_weights_or_another_reduction_is_another_loss(run: Run) -> None:
    text = """
for weight, reduction in ((None, "mean"), (torch.ones(2), "mean"), (torch.tensor([1.0, 9.0]), "mean"), (None, "sum")):
    for _ in range(2):
        nn.functional.cross_entropy(net(x), y, weight=weight, reduction=reduction)
"""
    names = [row.function for row in run(text).course.scores]
    assert names[::2] == names[1::2] and len(set(names)) == 4


def test_a_course_survives_being_written(tmp_path: Path) -> None:
    course = Course(
        "waiting", 3, (1.0, float("inf")), (Score(1, True, "mse_loss", 0.5, sums=(1.0, 2.0)),), (Reading(1, "a", 2.0),),
        step_seconds=0.25,
    )
    course.write(tmp_path / "course.json")
    assert Course.read(tmp_path / "course.json") == course


def test_a_laboratory_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAINING + "train(50)\n")
    with Laboratory(1) as laboratory:
        trial = laboratory.prepare(Order("file", "train.py", (), cwd=str(tmp_path), folder=""), 60.0)
        laboratory.run([trial], 5)
        assert alive(trial.process)
    wait_for_end(trial.process)
    assert not laboratory.folder.exists()
    assert os.listdir(tmp_path) == ["train.py"]


def test_trials_begin_again_where_memory_was_short(laboratory: Laboratory, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAINING + "train(30)\n")
    order = Order("file", "train.py", (), cwd=str(tmp_path), folder="", watch=True)
    trials = [laboratory.prepare(order, 60.0) for _ in range(3)]
    laboratory.room = 1
    try:
        laboratory.run(trials, 10)
        assert sum(not trial.over for trial in trials) < 3
        laboratory.run(trials, 20)
    finally:
        laboratory.room = 64
    assert [trial.course.steps for trial in trials] == [20, 20, 20]
    assert len({trial.course.losses for trial in trials}) == 1
    assert max(trial.total for trial in trials) == 30


@pytest.mark.slow
def test_where_processes_cannot_be_forked_they_are_started(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAINING + "train(10)\nprint('done')\n")
    order = Order("file", "train.py", (), cwd=str(tmp_path), folder="")
    with Laboratory(1, forking=False) as laboratory:
        whole, left = laboratory.prepare(order, 60.0), laboratory.prepare(order, 60.0)
        laboratory.run([whole], 4)
        laboratory.run([whole], 0)
        laboratory.run([left], 4)
        assert alive(left.process)
    assert (whole.course.state, whole.course.steps, whole.course.output) == ("finished", 10, "done\n")
    wait_for_end(left.process)
