"""Faults of the gradient: vanishing, blocked, spiking."""

from __future__ import annotations

from matrix.case import ACTIVATION, BURST, CUT, OPTIMIZER, START, STUCK, Sick, one

XAVIER = "\nmodel.apply(lambda m: nn.init.xavier_normal_(m.weight) if isinstance(m, nn.Linear) else None)"
# Torch's default start leaves a sigmoid far below the gain it needs: that finding is true beside the vanishing one.
SAME = ("signal-collapse", "off-centre-activation", "initialisation-misfit", *STUCK)
UNTRAINED = "blocked-gradient update-too-small uneven-updates"

CASES = (
    Sick(
        "vanish_sigmoid_module",
        one("vanishing-gradient", *ACTIVATION),
        (("nn.Sigmoid()", "nn.Tanh()"), ("nn.Sequential(*modules)", "nn.Sequential(*modules)" + XAVIER)),
        SAME,
    ),
    Sick(
        "vanish_sigmoid_functional",
        one("vanishing-gradient", *ACTIVATION),
        (("torch.sigmoid", "torch.tanh"), ("model = Deep()", "model = Deep()" + XAVIER)),
        SAME,
    ),
    Sick(
        "vanish_sigmoid_adam_cnn",
        one("vanishing-gradient", *ACTIVATION),
        (
            ("self.activation = torch.sigmoid", "self.activation = F.selu"),
            (
                "model = SigmoidCNN()",
                "model = SigmoidCNN()\nfor p in model.parameters():\n    nn.init.kaiming_normal_(p, "
                'nonlinearity="linear") if p.dim() > 1 else nn.init.zeros_(p)',
            ),
        ),
        SAME,
    ),
    Sick(
        "vanish_tanh_small_weights",
        one("vanishing-gradient signal-collapse initialisation-misfit", *START),
        (("nn.init.normal_(m.weight, std=0.02)", "nn.init.xavier_normal_(m.weight, gain=1.2)"),),
        SAME,
    ),
    Sick(
        "vanish_rnn_first_symbol",
        one("vanishing-gradient", "recurr", "time", "weight", "activation"),
        (
            ("LENGTH, SYMBOLS = 60, 6", "LENGTH, SYMBOLS = 3, 6"),
            ("SGD(model.parameters(), lr=0.1)", "Adam(model.parameters(), lr=1e-2)"),
        ),
        SAME,
    ),
    Sick("blocked_detach", one("blocked-gradient", *CUT), ((".detach()", ""),), STUCK),
    Sick("blocked_no_grad", one("blocked-gradient", *CUT), (("torch.no_grad()", "torch.enable_grad()"),), STUCK),
    Sick(
        "blocked_numpy_roundtrip",
        one("blocked-gradient", *CUT),
        (("torch.tensor(np.clip(h.tolist(), 0.0, 5.0), dtype=torch.float32)", "h.clamp(0.0, 5.0)"),),
        STUCK,
    ),
    Sick(
        "blocked_frozen_start",
        one("blocked-gradient", "frozen", "requires"),
        (("requires_grad = False", "requires_grad = True"),),
        STUCK,
    ),
    Sick(
        "blocked_not_in_optimizer",
        one(UNTRAINED, *OPTIMIZER),
        (("optim.SGD(head.parameters()", "optim.SGD([*extractor.parameters(), *head.parameters()]"),),
        STUCK,
    ),
    Sick(
        "blocked_python_list",
        one(UNTRAINED, *OPTIMIZER),
        (("self.hidden = []", "self.hidden = nn.ModuleList()"),),
        STUCK,
    ),
    Sick(
        "blocked_step_function",
        one("blocked-gradient vanishing-gradient", *ACTIVATION, "step", "flat"),
        (("torch.sign(z)", "torch.tanh(z)"),),
        (*STUCK, "saturated-units"),
    ),
    Sick(
        "spike_corrupt_rows",
        one("gradient-spike", "data", "batch", "target", "outlier", "input"),
        (("*= 3000", "*= 1"),),
        ("unscaled-targets", *BURST),
    ),
    Sick(
        "spike_rnn_unclipped",
        one("exploding-gradient gradient-spike", *START, "recurr", "time"),
        (("gain=2.5", "gain=0.9"),),
        (*BURST, "initialisation-misfit"),
    ),
)
