"""``gainstage.compare``: the same race for a model in this process, made and trained by two functions of the user's."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from gainstage.comparison.answer import Comparison, Cost
from gainstage.comparison.candidate import Arm, Candidate, Left
from gainstage.comparison.facts import Facts, facts_from
from gainstage.comparison.options import FACTORS, Options, checked
from gainstage.comparison.race import Race
from gainstage.comparison.ranking import rank
from gainstage.comparison.starts import way
from gainstage.diagnose.stage import Stage
from gainstage.errors import GainstageError, NothingObserved
from gainstage.prescribe.live.changes import Adjust, Swap
from gainstage.prescribe.sites import hidden
from gainstage.prescribe.source.activations import MODULES
from gainstage.theory.critical import critical
from gainstage.verify.live_trial import Lane, Runs
from gainstage.verify.order import Course

if TYPE_CHECKING:
    import torch

DEFAULT = Options()


@dataclass(slots=True)
class LiveTrials:
    """Trials one after the other in this process; a later step is reached from the start, the same way again."""

    make_model: Callable[[], torch.nn.Module]
    train: Callable[[torch.nn.Module], Any]
    stages: Sequence[Stage]
    candidates: Sequence[Candidate]
    length: int
    courses: dict[tuple[int, int], Course] = field(default_factory=dict)
    facts: dict[int, Facts] = field(default_factory=dict)
    steps_run: int = 0

    def bring(self, stage: str, wanted: Sequence[tuple[int, int]], steps: int) -> None:
        """Bring every (candidate, seed) to ``steps``."""
        for pair in wanted:
            known = self.courses.get(pair)
            if known is None or (known.state == "waiting" and known.steps < steps):
                self._trial(pair, steps)

    def course(self, pair: tuple[int, int]) -> Course | None:
        """How far the trial has come."""
        return self.courses.get(pair)

    def give_up(self, candidates: Sequence[int], seeds: int) -> None:
        """Nothing is kept for them."""

    def _trial(self, pair: tuple[int, int], steps: int) -> None:
        number, seed = pair
        candidate = self.candidates[number]
        lane = Lane(None if candidate.factor == 1 else Adjust("rate", "unsafe", "", "", factor=candidate.factor))
        make = partial(prepared, self.make_model, self.stages, candidate.arm)
        Runs(make, self.train, steps if steps < self.length else None).trial(lane, seed)
        self.courses[pair] = lane.courses[0]
        self.steps_run += lane.courses[0].steps
        if lane.diagnosis is not None:
            self.facts[number] = facts_from(lane.diagnosis)


def compare(
    make_model: Callable[[], torch.nn.Module],
    train: Callable[[torch.nn.Module], Any],
    *,
    activations: Iterable[str] = DEFAULT.activations,
    inits: Iterable[str] = DEFAULT.inits,
    factors: Iterable[float] = FACTORS,
    seeds: int = DEFAULT.seeds,
    risk: float = DEFAULT.risk,
) -> Comparison:
    """Which activation, which initialisation: a race in this process, each candidate at learning rates of its own.

    Every trial makes a new model and trains it, all candidates with the same seeds (Python's, NumPy's and torch's are
    set before each and put back afterwards), so ``make_model`` and ``train`` must depend on nothing that it changes.

    Args:
        make_model: makes the model, untrained; its hidden activations are modules.
        train: trains it, with an optimizer of its own. What it returns is compared: a number is a loss, a mapping holds
            measures by name (``{"val_acc": 0.9}``); with ``None`` the training loss is taken.
        activations: names of the catalogue, for hidden layers.
        inits: "default" keeps the model's own; "critical", "he", "glorot", "lecun", "orthogonal", "fitted".
        factors: of the training's own learning rate, each tried with each candidate; one alone would not be fair.
        seeds: trials per candidate, at least 2.
        risk: of having dropped the best by the seeds' chance.

    Returns:
        The ranking with its intervals; ``rows[0]`` leads, ``tied`` holds those that were not shown to be worse.

    Raises:
        GainstageError: for names that nobody knows, and for activations that are functions, which cannot be replaced.
        NothingObserved: when ``train`` makes no optimizer step.

    Example:
        >>> import torch, gainstage
        >>> x = torch.randn(64, 8)
        >>> def make():
        ...     return torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1))
        >>> def train(model):
        ...     optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        ...     for _ in range(40):
        ...         optimizer.zero_grad()
        ...         torch.nn.functional.mse_loss(model(x), x[:, :1]).backward()
        ...         optimizer.step()
        >>> found = gainstage.compare(make, train, activations=["relu", "tanh"], inits=["default"], seeds=2)
        >>> len(found.rows)
        2
    """
    began = time.monotonic()
    options = checked(Options(tuple(activations), tuple(inits), seeds=seeds, risk=risk))
    stages, length, rate = first_look(make_model, train)
    able, left = _candidates(options, tuple(factors), rate)
    trials = LiveTrials(make_model, train, stages, able, length)
    race = Race(trials, len(able), seeds, length, "", risk)
    race.run()
    ranking = rank(race, able, [trials.facts.get(number) for number in range(len(able))])
    cost = Cost(trials.steps_run, len(able) * seeds * length, time.monotonic() - began, len(trials.courses))
    return Comparison(
        ("train(model)",), ranking.rows, ranking.steps, True, seeds, ranking.measure, rate, ranking.target,
        tuple(race.rungs), risk, ranking.held, tuple(left), cost=cost,
    )  # fmt: skip


def first_look(
    make_model: Callable[[], torch.nn.Module], train: Callable[[torch.nn.Module], Any]
) -> tuple[Sequence[Stage], int, float]:
    """(the stages of the training as it is, its steps, its learning rate).

    Raises:
        GainstageError: when a hidden activation is no module.
        NothingObserved: when nothing trains.
    """
    lane = Lane(None)
    Runs(make_model, train, None).trial(lane)
    if lane.diagnosis is None or lane.courses[0].steps < 2:
        raise NothingObserved("train(model) made fewer than two optimizer steps: nothing can be compared")
    stages = lane.diagnosis.view.stages
    found = hidden(stages)
    if not found:
        raise GainstageError("no activation between layers was seen: there is nothing to put another one in place of")
    for stage in found:
        if stage.activation is not None and stage.activation.module_class != MODULES.get(stage.function):
            raise GainstageError(
                f"{stage.activation.name}: an activation that is a function cannot be replaced in memory; make it a "
                "module, or compare a script: gainstage compare train.py"
            )
    steps = lane.diagnosis.run.steps
    return stages, lane.courses[0].steps, steps[0].learning_rate if steps else math.nan


def prepared(make_model: Callable[[], torch.nn.Module], stages: Sequence[Stage], arm: Arm) -> torch.nn.Module:
    """A new model with the arm's activations and weights; torch's global random state does not notice."""
    import torch

    from gainstage import init

    model = make_model()
    inside = hidden(stages)
    modules = [stage.activation.module for stage in inside if stage.activation and stage.function != arm.activation]
    Swap("", "unsafe", "", "", modules=tuple(dict.fromkeys(modules)), function=arm.activation).apply(model)
    generator = torch.Generator().manual_seed(torch.initial_seed())
    if arm.init == "fitted":
        init.init_(model, generator=generator)
    elif arm.init != "default":
        indices = {stage.index for stage in inside}
        for stage in stages:
            if stage.site.kind == "affine" and stage.site.module:
                name, function = way(arm, stage, indices)
                draw = getattr(init, name)
                layer = model.get_submodule(stage.site.module)
                _ = draw(layer, function, generator=generator) if function else draw(layer, generator=generator)
    return model


def _candidates(options: Options, factors: tuple[float, ...], rate: float) -> tuple[list[Candidate], list[Left]]:
    able: list[Candidate] = []
    left: list[Left] = []
    for arm in (Arm(activation, name) for activation in options.activations for name in options.inits):
        try:
            _ = critical(arm.activation) if arm.init == "critical" else None
        except GainstageError as error:
            left.append(Left(arm, str(error)))
            continue
        able += [Candidate(arm, factor, rate * factor) for factor in factors]
    return able, left
