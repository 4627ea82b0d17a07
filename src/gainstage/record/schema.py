"""What a run file holds: plain, frozen records of numbers and text.

This module is the waist of the project: everything left of it (observing) writes these
records, everything right of it (diagnosing, showing) only reads them. It imports neither
torch nor numpy.

Units: gradients, signals and weights are root mean squares (dimensionless, as they occur
in the network); durations are seconds; shares lie in 0...1. A number that was not or could
not be measured is ``nan``; ``inf`` means that infinity was measured.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal

SCHEMA_VERSION = 1

Kind = Literal[
    "input",  # a data tensor that enters the network
    "affine",  # linear, convolution, functional matmul with a weight
    "embedding",
    "recurrent",  # fused RNN, LSTM, GRU
    "attention",  # nn.MultiheadAttention, scaled_dot_product_attention
    "normalisation",  # batch, layer, group, instance, RMS norm
    "activation",  # known, or a user's own elementwise module
    "dropout",
    "loss",  # a loss function (cross_entropy, mse_loss, ... or a hand-written residual)
    "math",  # an operation that can produce non-finite numbers (log, sqrt, div, ...)
]
Outcome = Literal["running", "finished", "exited", "exception", "interrupted", "killed"]

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One watched process: what ran, under which versions, and how it ended."""

    identifier: str
    argv: tuple[str, ...]
    script: str
    started: float
    ended: float = NAN
    exit_code: int | None = None
    outcome: Outcome = "running"
    rank: int = 0
    world_size: int = 1
    process: int = 0
    host: str = ""  # the machine, where several may write into one folder
    device: str = "cpu"
    budget: float = 0.01
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Site:
    """One place in the forward pass where an operation runs.

    ``index`` counts sites in the order of their first execution. ``module`` is the qualified
    path of the innermost module that was running ("" outside of modules), ``root`` labels the
    outermost one ("Net", or "Net#2" for a second instance). ``sources`` are the indices
    of the sites whose outputs feed this one, ``via`` the names of unrecorded operations between
    them and here ("view", "add", "mul", "max_pool2d", ...). ``function`` is the activation's
    catalogue name ("relu", "gelu", ...; "custom" for a user's own; "" for no activation) and
    ``parameters`` its parameters, or the operation's (``{"stride": 2}``).
    """

    index: int
    module: str
    operation: str
    call: int
    kind: Kind
    root: str = ""
    module_class: str = ""
    function: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    weight: str = ""
    bias: str = ""
    fan_in: int = 0
    fan_out: int = 0
    units: int = 0
    sources: tuple[int, ...] = ()
    via: tuple[str, ...] = ()
    source_line: str = ""
    in_place: bool = False
    gate: bool = False  # an activation whose output multiplies another path (LSTM cell, SE block, GLU)

    @property
    def name(self) -> str:
        """The site as people write it: ``features.3 (relu)``, ``linear#2`` without a module."""
        operation = f"{self.operation}#{self.call}" if self.call else self.operation
        place = self.module or self.root
        return f"{place} ({operation})" if place else operation


@dataclass(frozen=True, slots=True)
class Parameter:
    """One trainable (or frozen) tensor of the network."""

    index: int
    name: str
    shape: tuple[int, ...]
    trainable: bool = True
    optimizer: str = ""
    root: str = ""
    tied_to: str = ""
    shard: tuple[int, ...] = ()  # shape of this rank's part, which is all that was looked at; () for the whole


@dataclass(frozen=True, slots=True)
class Step:
    """One sampled step: from the end of one optimizer step to the end of the next."""

    step: int
    time: float  # seconds since the run started
    optimizer: str = ""  # class name, "SGD"; "SGD#2" for a second one; "" for a loop without an optimizer
    learning_rate: float = NAN  # of the first parameter group
    settings: dict[str, Any] = field(default_factory=dict)  # momentum, betas, weight_decay, groups' rates
    loss: float = NAN  # the value backward() was called on, unscaled
    predicted_change: float = NAN  # sum of gradient times update over all parameters: first-order loss change
    examples: int = 0  # rows of the first input
    backward_passes: int = 0
    stale_gradients: float = NAN  # share of this optimizer's gradients not cleared since its previous step
    loss_scale: float = 1.0  # gradient at the loss (GradScaler's scale, or 1/k under accumulation)
    bare_seconds: float = NAN  # median unsampled step so far
    cost_seconds: float = NAN  # what sampling this step cost
    training: bool = True  # the root module's training flag
    extra: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signal:
    """What one site did on one sampled step.

    "signal" is ``sqrt(mean over units of the variance over the examples)``: the part that depends on
    the input. "offset" is ``sqrt(mean over units of the squared mean over the examples)``: the part that
    does not. ``rms**2 == signal**2 + offset**2``. Units are the feature dimension (last for
    linear, channel for convolution); every other dimension counts as examples.
    """

    step: int
    site: int
    rows: int = 0
    signal_in: float = NAN
    offset_in: float = NAN
    signal: float = NAN
    offset: float = NAN
    minimum: float = NAN
    maximum: float = NAN
    gradient_in: float = NAN  # RMS of the loss's gradient at this operation's input tensor (all uses of it)
    gradient: float = NAN  # RMS of the loss's gradient at this operation's output tensor
    transmission: float = NAN  # mean over units of E[f'(x)^2]
    transmission_share: float = NAN  # the same over the best this function can do, sup f'^2
    nonlinearity: float = NAN  # mean over live units of Var[f'] / E[f'^2]: 0 in an affine regime, 1/2 for ReLU at rest
    silent_units: int = -1  # units with f' = 0 on every example of this sample
    dead_units: int = -1  # units silent on >= 1,000 consecutive examples over >= 3 samples up to here
    saturated_units: int = -1  # units with E[f'^2] < 1 % of sup f'^2 that are not silent
    distinct_units: int = -1  # units that differ from each other on this sample
    nonfinite_in: int = 0  # 1 when an input held NaN or infinity
    nonfinite: int = 0
    nonfinite_gradient_in: int = 0
    nonfinite_gradient: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Update:
    """What one parameter did on one sampled step."""

    step: int
    parameter: int
    weight: float = NAN  # RMS before the update
    largest: float = NAN  # largest magnitude before the update
    mean: float = NAN
    gradient: float = NAN  # L2 norm of the gradient; nan when there was none
    update: float = NAN  # RMS of the change (estimated on at most 1,024 entries)
    ratio: float = NAN  # update / weight
    one_sign: float = NAN  # mean over units of |sum g| / sum |g| along the unit's weights (2-D and up)
    distinct: int = -1  # rows of the weight that differ from each other
    has_gradient: bool = True
    nonfinite: int = 0
    nonfinite_gradient: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened once: an exception, a skipped step, our own switching off."""

    time: float
    step: int
    kind: str  # exception | interrupt | exit | skipped-step | observer-error | limit | note
    text: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def columns(record: type) -> tuple[str, ...]:
    """Field names of a record, in order: the one source of the tables' columns."""
    return tuple(f.name for f in fields(record))
