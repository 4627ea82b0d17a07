"""What the arms are compared by."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gainstage.verify.measure import (
    ACCURACY,
    EXPLAINED,
    HELD_OUT_LOSS,
    LOSS,
    choose,
    closing_loss,
    comparable,
    equal_steps,
    score,
    value,
    window,
)  # fmt: skip
from gainstage.verify.order import Course, Reading, Score
from gainstage.verify.rows import UNTOUCHED, filled


def course(
    steps: int = 20, loss: float = 1.0, function: str = "mse_loss", scale: float = 1.0, **more: object
) -> Course:
    """A training on targets 0…9 with predictions that miss each by ``loss``."""
    y = [scale * target for target in range(10)]
    p = [target + scale * loss for target in y]
    sums = (
        10.0,
        sum(p),
        sum(v * v for v in p),
        sum(y),
        sum(v * v for v in y),
        sum(a * b for a, b in zip(p, y, strict=True)),
    )
    scores = tuple(Score(step, False, function, loss, sums=sums) for step in range(steps))
    return replace(Course("waiting", steps, (loss,) * steps, scores), **more)  # type: ignore[arg-type]


def test_the_training_loss_is_the_measure_where_there_is_nothing_better() -> None:
    assert choose([[course(), course(loss=0.5)]], 20, "") is LOSS


def test_what_was_asked_for_comes_first_and_held_out_before_training() -> None:
    read = tuple(Reading(10, name, 0.5) for name in ("train_acc", "val_acc"))
    both = [[course(readings=read), course(readings=read)]]
    asked, found = choose(both, 20, "train_acc"), choose(both, 20, "")
    assert asked is not None and asked.name == "train_acc"
    assert found is not None and (found.name, found.lower) == ("val_acc", False)
    assert choose([[course(readings=read), course()]], 20, "") is LOSS  # one of them never printed it


def test_a_loss_without_gradient_is_held_out() -> None:
    held = Score(10, True, "mse_loss", 0.3, sums=(1.0,) * 6)
    both = [replace(one, scores=(*one.scores, held)) for one in (course(), course())]
    assert choose([both], 20, "") is HELD_OUT_LOSS
    assert value(both[0], HELD_OUT_LOSS, 20) == 0.3
    assert choose([both], 5, "") is LOSS  # it comes later


def test_another_loss_function_is_not_compared_by_its_value() -> None:
    other = course(function="l1_loss", loss=0.1)
    assert not comparable([course(), other])
    assert choose([[course(), other]], 20, "") is EXPLAINED


def test_rescaled_targets_are_compared_by_what_is_explained() -> None:
    scaled = course(scale=1e-3)
    assert not comparable([course(), scaled])
    assert choose([[course(), scaled]], 20, "") is EXPLAINED
    assert score(course(), EXPLAINED, 20) == pytest.approx(score(scaled, EXPLAINED, 20))


def test_seeds_see_other_data_and_are_compared_within_themselves() -> None:
    assert choose([[course(), course()], [course(scale=2.0), course(scale=2.0)]], 20, "") is LOSS


def test_nothing_is_claimed_where_nothing_can_be_compared() -> None:
    bare = [replace(course(), scores=()) for _ in range(2)]
    assert choose([bare], 20, "", ["clip-gradient"]) is LOSS
    assert choose([bare], 20, "", ["clip-gradient + scale-targets"]) is None


def test_accuracy_is_the_mean_over_the_classes() -> None:
    rows = tuple(
        Score(step, False, "cross_entropy_loss", 1.0, right=(90.0, 0.0), total=(90.0, 10.0)) for step in range(20)
    )
    assert score(replace(course(), scores=rows), ACCURACY, 20) == 0.5


def test_binary_targets_are_scored_whatever_the_scale_of_the_output() -> None:
    def binary(factor: float, shift: float) -> Course:
        p, y = [factor * v + shift for v in (0.1, 0.2, 0.8, 0.7)], [0.0, 0.0, 1.0, 1.0]
        sums = (4.0, sum(p), sum(v * v for v in p), sum(y), sum(y), sum(a * b for a, b in zip(p, y, strict=True)))
        return replace(course(), scores=tuple(Score(s, False, "bce", 1.0, binary=True, sums=sums) for s in range(20)))

    assert score(binary(1, 0), EXPLAINED, 20) == pytest.approx(score(binary(9, -4), EXPLAINED, 20))
    assert 0.9 < score(binary(1, 0), EXPLAINED, 20) < 1


def test_a_training_that_broke_has_no_value() -> None:
    for broken in (course(state="exception"), course(losses=(1.0, math.nan)), course(state="timeout")):
        assert broken.broke and math.isnan(value(broken, LOSS, 20))
    assert math.isinf(closing_loss(course(state="killed"), 20))


def test_equal_steps_are_those_that_all_have_made() -> None:
    assert equal_steps([course(20), course(12), course(3, state="exception")], 30) == 12
    assert equal_steps([course(20), course(30)], 15) == 15


def test_the_end_of_a_training_is_a_fifth_of_it() -> None:
    assert [window(steps) for steps in (1, 4, 10, 25, 100)] == [1, 4, 5, 5, 20]
    falling = course(losses=tuple(float(k) for k in range(20, 0, -1)))
    assert closing_loss(falling, 20) == 3.0
    assert closing_loss(falling, 10) == 13.0


def test_a_training_that_never_had_a_loss_is_as_bad_as_one_that_has_not_begun() -> None:
    never = course(losses=(math.nan,) * 20)
    cured = course(losses=tuple(2.0 * 0.5**step for step in range(20)))
    rows = filled({UNTOUCHED: [never], 0: [cured]}, LOSS, 20)
    assert rows[UNTOUCHED] == (2.0,) and rows[0][0] < 0.01
    broke_later = course(losses=(5.0,) + (math.nan,) * 19)
    assert filled({UNTOUCHED: [broke_later], 0: [cured]}, LOSS, 20)[UNTOUCHED] == (5.0,)


def test_what_is_printed_last_counts_once_all_have_come_to_their_end() -> None:
    said = (Reading(20, "recall", 0.5, "printed"), Reading(20, "loss", 0.1, "printed"))
    ended = [course(state="finished", readings=said) for _ in range(2)]
    last = choose([ended], 20, "")
    assert last is not None and (last.name, last.lower) == ("recall", False)
    assert choose([ended], 12, "") is LOSS  # they were not asked about their end
    assert choose([[course(readings=said), course(readings=said)]], 20, "") is LOSS  # they go on
    only_loss = [replace(one, readings=said[1:]) for one in (ended[0], course(function="l1_loss", state="finished"))]
    assert choose([only_loss], 20, "") is EXPLAINED  # a loss that is printed is another one where the loss is


def test_a_loss_that_read_probabilities_as_logarithms_was_none() -> None:
    same = [course(), course(loss=0.5)]
    assert comparable(same, ["swap-activation"]) and not comparable(same, ["log-softmax + lower-learning-rate"])
