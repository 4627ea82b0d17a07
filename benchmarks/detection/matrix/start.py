"""Faults of the start: symmetric weights, an initialisation that does not fit, oversized weights."""

from __future__ import annotations

from matrix.case import BURST, START, STUCK, Sick, one

SYMMETRY = ("symmetr", "zero", "constant", "equal", "identical", *START)
ZERO = (
    "dead-units",
    "vanishing-gradient",
    "blocked-gradient",
    "signal-collapse",
    "initialisation-misfit",
    "duplicated-units",
    *STUCK,
)

CASES = (
    Sick(
        "zero_weights",
        one("symmetric-weights", *SYMMETRY),
        (("m.weight.data.fill_(0.0)", "nn.init.kaiming_normal_(m.weight)"),),
        ZERO,
    ),
    Sick(
        "zero_weights_manual",
        one("symmetric-weights", *SYMMETRY),
        (("torch.zeros(10, 16)", "torch.randn(10, 16) * 0.3"), ("torch.zeros(16, 1)", "torch.randn(16, 1) * 0.2")),
        ZERO,
    ),
    Sick(
        "constant_weights_digits",
        one("symmetric-weights duplicated-units", *SYMMETRY),
        (("nn.init.constant_(p, 0.05)", "nn.init.xavier_normal_(p)"),),
        ZERO,
    ),
    Sick(
        "duplicated_widening",
        one("duplicated-units symmetric-weights", *SYMMETRY, "duplicat"),
        (
            ("wide.weight.data = narrow.weight.data.repeat(20, 1)", "nn.init.kaiming_normal_(wide.weight)"),
            ("wide.bias.data = narrow.bias.data.repeat(20)", ""),
        ),
        STUCK,
    ),
    Sick(
        "misfit_default_deep_relu",
        one("initialisation-misfit signal-collapse vanishing-gradient", *START),
        (
            (
                "net = build()",
                "net = build()\nfor m in net:\n    if isinstance(m, nn.Linear):\n        "
                "nn.init.kaiming_normal_(m.weight)\n        nn.init.zeros_(m.bias)",
            ),
        ),
        ("vanishing-gradient", "signal-collapse", *STUCK),
    ),
    Sick(
        "misfit_uniform_positive",
        one("initialisation-misfit signal-explosion exploding-gradient oversized-weights", *START),
        (
            ("torch.rand(n_in, n_out)", "torch.randn(n_in, n_out) * (2 / n_in) ** 0.5"),
            ("torch.rand(n_out)", "torch.zeros(n_out)"),
            ("lr=0.001", "lr=0.02"),
        ),
        (*BURST, "off-centre-activation", "duplicated-units"),
    ),
    Sick("oversized_head", one("oversized-weights initialisation-misfit", *START), (("std=20.0", "std=0.1"),), BURST),
    Sick(
        "oversized_tied_embedding",
        one("oversized-weights initialisation-misfit", *START),
        (("self.mix = nn", "nn.init.normal_(self.emb.weight, std=D ** -0.5)\n        self.mix = nn"),),
        BURST,
    ),
)
