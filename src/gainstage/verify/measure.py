"""By what the arms of a trial are compared: the best measure that all of them have, at equal steps.

In this order: what the user asked for; what the script logs; held-out figures that it prints; the loss on data that
no gradient is taken of; the training loss. A remedy that changes the loss function or the targets makes two losses
incomparable. Then accuracy (for classes) or the explained share of the targets is taken, from the outputs and
targets that the loss functions were given; where there is none, nothing is claimed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from math import isfinite

from gainstage.verify.order import ENDED, Course, Score
from gainstage.verify.printed import LOWER, lower_is_better
from gainstage.verify.proof import Measure

LAST = 5  # one part in so many of the steps is the end of a training, over which its loss is averaged
FEWEST = 5
SAME = 1e-3
HELD_OUT_WORDS = ("val", "test", "held", "dev", "eval")
# Remedies after which a hand-written loss means something else, so that no number is left to compare.
CHANGES_LOSS = (
    "scale-targets", "standardise-targets", "weight-classes", "bce-with-logits", "targets-0-1", "match-shapes",
)  # fmt: skip
# After these the same loss function reads its input anew: of probabilities nll_loss and kl_div give no true loss.
READS_ANEW = ("log-softmax",)
LOSS = Measure("training loss", "loss", True, "ratio")
HELD_OUT_LOSS = Measure("held-out loss", "held-out loss", True, "ratio")
ACCURACY = Measure("accuracy, mean of the classes", "score", False, "difference")
EXPLAINED = Measure("explained share of the targets", "score", False, "difference")


def equal_steps(courses: Sequence[Course], most: int) -> int:
    """The step at which all courses can be compared: the last that each one that did not break has made."""
    return min([most, *(course.steps for course in courses if not course.broke)])


def choose(
    by_seed: Sequence[Sequence[Course]], steps: int, metric: str, remedies: Sequence[str] = ()
) -> Measure | None:
    """The measure for these courses, those of one seed together; None where they cannot be compared.

    Args:
        by_seed: for each seed the courses of all arms: only these have seen the same data in the same order.
        steps: at which they are compared.
        metric: name of the measure that was asked for; "" for none.
        remedies: names of the remedies that are among the arms.
    """
    courses = [course for group in by_seed for course in group]
    sound = [course for course in courses if not course.broke]
    if metric:
        return _metric(metric, "asked for")
    for name in _names(sound, steps):
        return _metric(name, "the script's own held-out measure" if is_held_out(name) else "logged by the script")
    alike = all(comparable(group, remedies) for group in by_seed)
    if alike and sound and all(held_out_losses(course, steps) for course in sound):
        return HELD_OUT_LOSS
    for name in _last_words(sound, steps):
        if alike or not LOWER.search(name):  # a loss that is printed is another one where the loss is
            return _metric(name, "what the script prints at its end")
    if alike:
        positive = all(loss >= 0 for course in courses for loss in course.losses if isfinite(loss))
        return LOSS if positive else Measure("training loss", "loss", True, "difference")
    scores = [one for one in (ACCURACY, EXPLAINED) if sound and all(has(course, one, steps) for course in sound)]
    return scores[0] if scores else None


def value(course: Course, measure: Measure, steps: int) -> float:
    """The measure at ``steps``; nan for a course that broke, or that does not have it."""
    if course.broke or course.steps < 1:
        return math.nan
    if measure.kind == "metric":
        found = [reading.value for reading in course.readings if reading.name == measure.name and reading.step <= steps]
        return found[-1] if found else math.nan
    if measure.kind == "held-out loss":
        losses = held_out_losses(course, steps)
        return losses[-1] if losses else math.nan
    if measure.kind == "loss":
        return closing_loss(course, steps)
    return score(course, measure, steps)


def closing_loss(course: Course, steps: int) -> float:
    """The training loss, averaged over the last fifth of ``steps``; infinite where the training broke."""
    if course.broke:
        return math.inf
    losses = course.losses[:steps]
    last = [loss for loss in losses[-window(len(losses)) :] if not math.isnan(loss)]
    return sum(last) / len(last) if last else math.nan


def starting_loss(course: Course) -> float:
    """The first finite loss: what a network that learnt nothing has."""
    return next((loss for loss in course.losses if isfinite(loss)), math.nan)


def window(steps: int) -> int:
    """How many of ``steps`` are their end."""
    return max(min(FEWEST, steps), steps // LAST)


def held_out_losses(course: Course, steps: int) -> list[float]:
    """The loss of every evaluation up to ``steps``: one number for each step at which there was one."""
    by_step: dict[int, list[float]] = {}
    for row in course.scores:
        if row.held_out and 0 < row.step <= steps and isfinite(row.loss):
            by_step.setdefault(row.step, []).append(row.loss)
    return [sum(losses) / len(losses) for _, losses in sorted(by_step.items())]


def comparable(courses: Sequence[Course], remedies: Sequence[str] = ()) -> bool:
    """Whether the losses of one seed's courses mean the same: same functions, same targets at the same step."""
    parts = {part for remedy in remedies for part in remedy.split(" + ")}
    if not parts.isdisjoint(READS_ANEW):
        return False
    heard = [[row for row in course.scores if not row.held_out] for course in courses if course.scores]
    if not heard:
        return parts.isdisjoint(CHANGES_LOSS)
    first = heard[0]
    functions = {row.function for row in first}
    return all({row.function for row in rows} == functions and _same_targets(rows, first) for rows in heard)


def _same_targets(rows: Sequence[Score], others: Sequence[Score]) -> bool:
    """The order of the data is the same in all arms: so are the sums of the targets of the first calls."""
    for row, other in zip(rows[:8], others[:8], strict=False):
        mine, theirs = row.total or row.sums[3:5], other.total or other.sums[3:5]
        if any(abs(a - b) > SAME * max(abs(a), abs(b)) for a, b in zip(mine, theirs, strict=False)):
            return False
    return True


def has(course: Course, measure: Measure, steps: int) -> bool:
    """Whether the course has what this score needs."""
    return isfinite(score(course, measure, steps))


def score(course: Course, measure: Measure, steps: int) -> float:
    """Accuracy (the mean over classes), or the explained share of the targets, over the end of the training.

    For targets of 0 and 1 the explained share is the squared correlation, which no scale and no threshold changes.
    """
    start = steps - window(steps)
    rows = [row for row in course.scores if not row.held_out and start <= row.step < steps]
    if measure is ACCURACY or measure.name == ACCURACY.name:
        return balanced([row for row in rows if row.total])
    sums = [sum(column) for column in zip(*(row.sums for row in rows if row.sums), strict=True)]
    if not sums:
        return math.nan
    n, p, pp, y, yy, py = sums
    spread = yy / n - (y / n) ** 2
    if spread <= 0 or not isfinite(pp):
        return math.nan
    if any(row.binary for row in rows):
        other = pp / n - (p / n) ** 2
        return (py / n - p * y / n**2) ** 2 / (other * spread) if other > 0 else 0.0
    return max(-1.0, 1 - (pp - 2 * py + yy) / n / spread)


def balanced(rows: Sequence[Score]) -> float:
    """Mean over the classes of the share that is right: what a class-weighted loss cannot buy by neglecting one."""
    right = [sum(column) for column in zip(*(row.right for row in rows), strict=False)]
    total = [sum(column) for column in zip(*(row.total for row in rows), strict=False)]
    shares = [r / t for r, t in zip(right, total, strict=True) if t]
    return sum(shares) / len(shares) if shares else math.nan


def is_held_out(name: str) -> bool:
    """Whether a measure's name says that it was taken on data that was held out."""
    return any(word in name.lower() for word in HELD_OUT_WORDS)


def _names(sound: Sequence[Course], steps: int) -> list[str]:
    """Measures that every course has by then, held-out ones first, scores before losses."""
    if not sound:
        return []
    known = [[one for one in course.readings if one.source != "printed" and 0 < one.step <= steps] for course in sound]
    held = [{one.name for one in found if isfinite(one.value)} for found in known]
    return sorted(set.intersection(*held), key=lambda name: (not is_held_out(name), lower_is_better(name), name))


def _last_words(sound: Sequence[Course], steps: int) -> list[str]:
    """Measures that every course has printed when it had come to its end, scores before losses."""
    if not sound or not all(course.state in ENDED and course.steps <= steps for course in sound):
        return []
    known = [{read.name for read in course.readings if read.step == course.steps} for course in sound]
    return sorted(set.intersection(*known), key=lambda name: (lower_is_better(name), name))


def _metric(name: str, note: str) -> Measure:
    lower = lower_is_better(name)
    return Measure(name, "metric", lower, "ratio" if LOWER.search(name) else "difference", note)
