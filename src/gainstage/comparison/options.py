"""What a comparison was asked for, checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gainstage.config import suggestion
from gainstage.errors import GainstageError
from gainstage.prescribe.source.activations import MODULES
from gainstage.verify import plan, printed

FACTORS = (0.3, 1.0, 3.0)  # of the script's own learning rate: half a decade to either side
INITS = ("default", "critical", "he", "glorot", "lecun", "orthogonal", "fitted")
OTHER_NAMES = {"swish": "silu", "leakyrelu": "leaky_relu", "linear": "identity", "logistic": "sigmoid"}
OUTPUTS = ("softmax", "log_softmax", "softmin", "threshold", "identity")  # of no use between layers
FEWEST_SEEDS = 2


@dataclass(frozen=True, slots=True)
class Options:
    """What is compared, and how far it may go.

    Attributes:
        activations: for hidden layers, by their names in the catalogue.
        inits: "default" keeps the script's own; the others draw hidden layers to fit each activation.
        rates: learning rates that every candidate is tried at; empty takes ``FACTORS`` times the script's own.
        seeds: trials per candidate, each pair of candidates on the same seeds; 2 at least, 5 to tell small differences.
        metric: pattern or name of the measure; "" takes the best there is.
        steps: at which the trainings are compared; 0 is the script's end, or what it reaches in a minute and a half.
        jobs: trials at work at a time; 0 is one per core, as memory allows.
        risk: of having dropped the best for no other reason than the seeds' chance, over the whole race.
        threads: of torch in each trial.
        time_limit: seconds for each trial; 0 chooses from the script's own pace.
    """

    activations: tuple[str, ...] = ("relu", "leaky_relu", "gelu", "silu")
    inits: tuple[str, ...] = ("default", "critical")
    rates: tuple[float, ...] = ()
    seeds: int = 5
    metric: str = ""
    steps: int = 0
    jobs: int = 0
    risk: float = 0.05
    threads: int = 1
    time_limit: float = 0.0

    @property
    def plan(self) -> plan.Options:
        """The same for the trials themselves."""
        return plan.Options(self.steps, self.seeds, self.jobs, metric=self.metric, time_limit=self.time_limit)


def checked(options: Options) -> Options:
    """The options with activations by their catalogue names.

    Raises:
        GainstageError: for names that nobody knows, numbers out of range, a comparison of one thing with itself.
    """
    activations = tuple(dict.fromkeys(_activation(name) for name in options.activations))
    for name in options.inits:
        if name not in INITS:
            raise GainstageError(f"--inits: no initialisation {name!r}{suggestion(name, INITS)}")
    inits = tuple(dict.fromkeys(options.inits))
    for rate in options.rates:
        if not 0 < rate < float("inf"):
            raise GainstageError(f"--lr {rate:g}: expected positive numbers, as in --lr 3e-4,1e-3,3e-3")
    if options.seeds < FEWEST_SEEDS:
        raise GainstageError(
            f"--seeds {options.seeds}: one seed has no interval; at least {FEWEST_SEEDS}, better 5, are needed"
        )
    if not 0 <= options.risk < 1:
        raise GainstageError(f"--risk {options.risk:g}: expected a probability, as in 0.05; 0 drops nobody")
    if len(activations) * len(inits) * max(1, len(options.rates) or len(FACTORS)) < 2:
        raise GainstageError("one candidate alone cannot be compared: name two activations, initialisations or rates")
    printed.compiled(options.metric)
    return _replaced(options, activations, inits)


def names(text: str) -> tuple[str, ...]:
    """``relu,gelu`` as a tuple, blanks around the names allowed."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def numbers(text: str) -> tuple[float, ...]:
    """``3e-4,1e-3`` as numbers.

    Raises:
        GainstageError: when one of them is none.
    """
    try:
        return tuple(float(part) for part in names(text))
    except ValueError as error:
        raise GainstageError(f"--lr {text}: {error}; expected numbers, as in --lr 3e-4,1e-3,3e-3") from None


def swappable() -> Iterable[str]:
    """Activations that can be put into hidden layers."""
    return (name for name in MODULES if name not in OUTPUTS)


def _activation(name: str) -> str:
    found = OTHER_NAMES.get(name.lower(), name.lower())
    if found in swappable():
        return found
    if found in OUTPUTS:
        raise GainstageError(f"--activations: {name!r} is none for hidden layers{suggestion('', swappable())}")
    raise GainstageError(f"--activations: no activation {name!r} that torch has{suggestion(found, swappable())}")


def _replaced(options: Options, activations: Sequence[str], inits: Sequence[str]) -> Options:
    from dataclasses import replace

    return replace(options, activations=tuple(activations), inits=tuple(inits))
