"""Faults of the forward signal: dead, saturated, off-centre, collapsed, exploded, linear."""

from __future__ import annotations

from matrix.case import BURST, INPUT, START, STEP, STUCK, Fault, Sick, one

SCALE_INCOME = (
    ("X, y = torch.tensor(X), torch.tensor(y)", "X, y = torch.tensor((X - X.mean(0)) / X.std(0)), torch.tensor(y)"),
)
SCALE_CANCER = (
    (
        "ytr, yte = torch",
        "xtr, xte = (xtr - xtr.mean(0)) / xtr.std(0), (xte - xtr.mean(0)) / xtr.std(0)\nytr, yte = torch",
    ),
)
COLLAPSE = "signal-collapse vanishing-gradient initialisation-misfit"
EXPLOSION = "signal-explosion exploding-gradient initialisation-misfit oversized-weights"

CASES = (
    Sick("dead_lr_digits", one("dead-units", *STEP), (("lr=5.0", "lr=0.1"),), (*BURST, *STUCK)),
    Sick("dead_lr_cnn_functional", one("dead-units", *STEP), (("lr=0.3", "lr=1e-3"),), (*BURST, *STUCK)),
    Sick(
        "dead_momentum_regression",
        one("dead-units", *STEP),
        (("lr=0.9, momentum=0.95", "lr=0.02, momentum=0.9"),),
        (*BURST, *STUCK),
    ),
    Sick(
        "dead_bias_wine",
        one("dead-units", "bias"),
        (("-10.0", "0.0"),),
        (*STUCK, "vanishing-gradient", "initialisation-misfit", "signal-collapse", "blocked-gradient"),
    ),
    Sick(
        "dead_bias_conv_functional",
        one("dead-units", "bias", "offset"),
        (("6.0", "0.0"),),
        (*STUCK, "vanishing-gradient", "initialisation-misfit", "signal-collapse", "blocked-gradient"),
    ),
    Sick(
        "dead_input_scale_income",
        (Fault(("unscaled-inputs",)), Fault(("dead-units",), INPUT)),
        SCALE_INCOME,
        (*BURST, *STUCK),
    ),
    Sick(
        "saturated_tanh_init",
        one("saturated-units", *START),
        (("std=2.0", "std=0.1"),),
        ("initialisation-misfit", "oversized-weights", "exploding-gradient", "vanishing-gradient", *STUCK),
    ),
    Sick(
        "saturated_sigmoid_inputs",
        (Fault(("unscaled-inputs",)), Fault(("saturated-units",), INPUT)),
        SCALE_CANCER,
        ("vanishing-gradient", *STUCK),
    ),
    Sick("saturated_lr_functional", one("saturated-units", *STEP), (("lr=80.0", "lr=0.1"),), (*BURST, *STUCK)),
    Sick(
        "off_centre_sigmoid_stack",
        one("off-centre-activation"),
        (("nn.Sigmoid()", "nn.Tanh()"), ("gain=3.0", "gain=1.0")),
        ("vanishing-gradient", "signal-collapse", "initialisation-misfit", *STUCK),
    ),
    Sick(
        "off_centre_custom",
        one("off-centre-activation"),
        ((" + 4.0", ""),),
        ("loss-oscillates", "exploding-gradient", "update-too-large", *STUCK),
    ),
    Sick(
        "collapse_small_weights",
        one(COLLAPSE, *START),
        (("torch.nn.init.normal_(m.weight, std=0.01)", "torch.nn.init.kaiming_normal_(m.weight)"),),
        (*STUCK, *COLLAPSE.split()),
    ),
    Sick(
        "collapse_conv_functional",
        one(COLLAPSE, *START),
        (("nn.init.trunc_normal_(p, std=0.002)", "nn.init.kaiming_normal_(p)"),),
        STUCK,
    ),
    Sick(
        "explode_init_relu",
        one(EXPLOSION, *START),
        (("nn.init.normal_(m.weight, 0, 1)", "nn.init.kaiming_normal_(m.weight)"),),
        BURST,
    ),
    Sick(
        "explode_init_manual",
        one(EXPLOSION, *START),
        (("[1.0, 1.0, 1.0, 1.0]", "[0.4, 0.1, 0.1, 0.1]"), ("learning_rate = 1e-3", "learning_rate = 5e-2")),
        BURST,
    ),
    Sick(
        "explode_rnn_relu",
        one("exploding-gradient signal-explosion", *START, "recurr"),
        (("gain=1.8", "gain=1.0"),),
        (*BURST, "initialisation-misfit"),
    ),
    Sick(
        "explode_lr_leaky",
        one("update-too-large exploding-gradient signal-explosion", *STEP),
        (("lr=8.0", "lr=0.05"),),
        BURST,
    ),
    Sick(
        "linear_collapse_circles",
        one("linear-collapse"),
        (("self.layer_2(self.layer_1(x))", "self.layer_2(self.layer_1(x).relu()).relu()"),),
        STUCK,
    ),
    Sick(
        "linear_collapse_conv",
        one("linear-collapse"),
        (
            ("self.conv1(x)", "self.conv1(x).relu()"),
            ("self.conv2(x)", "self.conv2(x).relu()"),
            ("self.conv3(x)", "self.conv3(x).relu()"),
        ),
        STUCK,
    ),
    Sick("linear_collapse_slope_one", one("linear-collapse"), (("SLOPE = 1.0", "SLOPE = 0.1"),), STUCK),
)
