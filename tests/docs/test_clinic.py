"""The clinic: every patient is named by its rule and red in its exercise, and the cure that is meant turns it green."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CLINIC = Path(__file__).resolve().parents[2] / "clinic"


def exercises() -> Any:
    """The module of the exercises, as pytest would import it."""
    spec = importlib.util.spec_from_file_location("clinic_exercises", CLINIC / "test_clinic.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXERCISES = exercises()


@dataclass(frozen=True)
class Lesson:
    """The rule that names the fault, and the cure as replacements in the script."""

    code: str
    cure: tuple[tuple[str, str], ...]


HE = "for layer in model[::2]:\n    nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')\noptimizer ="
STANDARD = "\nx = (x - x.mean(0)) / x.std(0)\n\nmodel ="
BY_HAND = "-(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()"
WITH_LOGITS = "nn.functional.binary_cross_entropy_with_logits(p, y)"
LESSONS = {
    "p01_wine": Lesson("GS501", ((", nn.Softmax(dim=1)", ""),)),
    "p02_digits": Lesson("GS301", (("lr=0.5", "lr=0.005"),)),
    "p03_cancer": Lesson("GS304", (("    loss.backward()", "    optimizer.zero_grad()\n    loss.backward()"),)),
    "p04_deep": Lesson("GS201", (("nn.Sigmoid()", "nn.ReLU()"), ("optimizer =", HE))),
    "p05_silent": Lesson("GS101", (("-5.0", "0.0"),)),
    "p06_mean": Lesson("GS505", (("model(x[rows]) - y", "model(x[rows]).squeeze(1) - y"),)),
    "p07_table": Lesson("GS601", (("\n\nmodel =", STANDARD),)),
    "p08_range": Lesson("GS502", ((", nn.Sigmoid()", ""),)),
    "p09_parts": Lesson("GS203", ((".detach().numpy()", ""), ("torch.from_numpy(codes)", "codes"))),
    "p10_logarithm": Lesson(
        "GS701", (("torch.sigmoid(model(x))", "model(x)"), (BY_HAND, WITH_LOGITS))
    ),
}


def test_there_is_a_lesson_for_every_patient() -> None:
    scripts = {path.stem for path in CLINIC.glob("p*.py")}
    assert scripts == set(LESSONS) == set(EXERCISES.LIMITS)


@pytest.mark.slow
@pytest.mark.parametrize("patient", LESSONS)
def test_it_is_red_until_it_is_cured(patient: str, tmp_path: Path) -> None:
    script, limit, lesson = CLINIC / f"{patient}.py", EXERCISES.LIMITS[patient], LESSONS[patient]
    with pytest.raises(AssertionError, match=lesson.code):
        EXERCISES.assert_cured(script, limit, tmp_path / "sick.gs")
    text = script.read_text(encoding="utf-8")
    for sick, cured in lesson.cure:
        assert sick in text
        text = text.replace(sick, cured)
    copy = tmp_path / script.name
    copy.write_text(text, encoding="utf-8")
    EXERCISES.assert_cured(copy, limit, tmp_path / "cured.gs")
