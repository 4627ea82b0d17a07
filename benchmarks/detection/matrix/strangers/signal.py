"""Depth, start and units: vanishing, symmetric, saturated, dead, linear."""

from __future__ import annotations

from matrix.case import ACTIVATION, LOSS, SCORE, SECOND_SCORE, START, STUCK, Sick, one
from matrix.start import SYMMETRY, ZERO
from matrix.strangers.words import SATURATED, VANISHED

CASES = (
    # seven sigmoid layers, vanishing gradient
    Sick(
        "deep_sigmoid_mnist",
        one("vanishing-gradient signal-collapse initialisation-misfit", *ACTIVATION, "gain"),
        (("nn.Sigmoid()", "nn.ReLU()"),),
        VANISHED,
        SECOND_SCORE,
    ),
    # weights drawn with std 0.01 in a deep tanh net
    Sick(
        "tanh_init_001",
        one("initialisation-misfit vanishing-gradient signal-collapse", *START, "gain"),
        (("nn.init.normal_(m.weight, 0, 0.01)", "nn.init.xavier_normal_(m.weight, 5/3)"),),
        VANISHED,
        SECOND_SCORE,
    ),
    # 16 plain conv layers with torch's default init: signal and gradient die out
    Sick(
        "plain_deep_cnn",
        one("initialisation-misfit vanishing-gradient signal-collapse", *START, "gain"),
        (
            (
                "m = PlainNet()",
                "m = PlainNet()\nfor q in m.modules():\n    if isinstance(q, (nn.Conv2d, nn.Linear)):\n"
                "        nn.init.kaiming_normal_(q.weight, nonlinearity='relu'); nn.init.zeros_(q.bias)",
            ),
        ),
        VANISHED,
        SECOND_SCORE,
    ),
    # all weights initialised with zero
    Sick(
        "zero_init",
        one("symmetric-weights", *SYMMETRY),
        (("nn.init.zeros_(p)", "nn.init.normal_(p, 0, 0.15)"),),
        ZERO,
        SECOND_SCORE,
    ),
    # all weights of each layer equal (constant init)
    Sick(
        "constant_init_fit",
        one("symmetric-weights duplicated-units", *SYMMETRY),
        (
            ("self.W1 = torch.full((n_in, n_hid), 0.1)", "self.W1 = torch.randn(n_in, n_hid) * 0.3"),
            ("self.W2 = torch.full((n_hid, n_out), 0.1)", "self.W2 = torch.randn(n_hid, n_out) * 0.3"),
        ),
        ZERO,
        SCORE,
    ),
    # randn weights (std 1) in wide tanh layers: saturation
    Sick(
        "tanh_randn_weights",
        one("oversized-weights saturated-units initialisation-misfit", *START),
        (("torch.randn(a, b)", "torch.randn(a, b) / a ** 0.5"),),
        SATURATED,
        SECOND_SCORE,
    ),
    # biases of -5 keep all ReLUs off
    Sick(
        "bias_minus5_dead",
        one("dead-units", "bias"),
        (("m.bias.data.fill_(-5)", "m.bias.data.fill_(0.05)"),),
        (*VANISHED, "blocked-gradient"),
        LOSS,
    ),
    # no activation between the linear layers: concentric rings not separable
    Sick(
        "rings_no_activation",
        one("linear-collapse", "activation", "linear"),
        (
            ("x = self.fc1(x)", "x = torch.relu(self.fc1(x))"),
            ("x = self.fc2(x)", "x = torch.relu(self.fc2(x))"),
        ),
        STUCK,
        SECOND_SCORE,
    ),
    # convolutions without activations (and avg pooling)
    Sick(
        "conv_no_activation",
        one("linear-collapse", "activation", "linear"),
        (("nn.AvgPool1d(2),", "nn.AvgPool1d(2), nn.ReLU(),"),),
        STUCK,
        SECOND_SCORE,
    ),
    # 12 sigmoid layers under Adam: signal collapses
    Sick(
        "sigmoid15_adam",
        one("vanishing-gradient signal-collapse initialisation-misfit", *ACTIVATION, "gain"),
        (("F.sigmoid(l(x))", "F.elu(l(x))"),),
        VANISHED,
        SECOND_SCORE,
    ),
    # plain RNN cell loop over 120 steps, answer in the first step: gradient vanishes over time
    Sick(
        "rnn_cell_long",
        one("vanishing-gradient signal-collapse initialisation-misfit", "recurr", "time", "weight", "activation"),
        (("L = 120", "L = 4"),),
        VANISHED,
        LOSS,
    ),
)
