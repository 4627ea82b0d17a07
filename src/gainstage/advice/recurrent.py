"""What recurrent networks need: their depth is time, and one matrix is applied at every moment."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gainstage.advice.answer import Advice
from gainstage.advice.question import Question


def advise(question: Question) -> Iterator[Advice]:
    """Activation, initialisation, clipping."""
    yield Advice(
        "activation", "an LSTM's or GRU's: tanh for the state, sigmoid for the gates",
        "one weight matrix is applied again at every moment, so that a gain of 0.9 is -92 dB after 100 moments; a "
        "gated state is handed on as it is. What is bounded cannot grow with the length.",
        "Hochreiter and Schmidhuber (1997); Cho et al. (2014)", "computed", f"nn.LSTM(features, {question.width})",
        {"db_after_100_moments_at_gain_0.9": 2000 * math.log10(0.9)},
    )  # fmt: skip
    yield Advice(
        "initialisation", "orthogonal recurrent weights; forget gates open (bias 1)",
        "all singular values of an orthogonal matrix are 1: it neither shrinks nor stretches any direction. A forget "
        f"bias of 1 keeps {1 / (1 + math.exp(-1)):.0%} of the state at each moment, 0 keeps half.",
        "Saxe et al. (2014); Jozefowicz et al. (2015)", "proved", "nn.init.orthogonal_(rnn.weight_hh_l0)",
        {"kept_by_forget_bias_1": 1 / (1 + math.exp(-1)), "kept_by_forget_bias_0": 0.5},
    )  # fmt: skip
    yield Advice(
        "clipping", "the gradient's norm at 1",
        "where the recurrent gain is above 1, single gradients explode, and one such step undoes many.",
        "Pascanu et al. (2013)", "rule of thumb", "nn.utils.clip_grad_norm_(model.parameters(), 1.0)",
    )  # fmt: skip
