"""Written after the rules, in other styles than the rest: do the rules carry over?"""

from __future__ import annotations

from matrix.case import BURST, CUT, INPUT, OPTIMIZER, START, STEP, STUCK, Fault, Sick, one

EXPLOSION = "signal-explosion exploding-gradient initialisation-misfit oversized-weights"
SCALED = "torch.randn(dim, 3 * dim) * dim ** -0.5"

CASES = (
    Sick(
        "hidden_argparse_trainer",
        one("blocked-gradient update-too-small uneven-updates", *OPTIMIZER),
        (("copy.deepcopy(model), cfg", "model, cfg"),),
        (*STUCK, "gradients-not-cleared"),
    ),
    Sick("hidden_policy_gradient", one("update-too-small", *STEP), (("lr=3e-8", "lr=1e-2"),), STUCK),
    Sick(
        "hidden_dataclass_output",
        one("blocked-gradient", *CUT),
        (("self.digit(h.data), self.size(h.data)", "self.digit(h), self.size(h)"),),
        STUCK,
    ),
    Sick("hidden_scan_exploding_conv", one(EXPLOSION, *START), (("0.0, 0.5)", "0.0, 0.11)"),), BURST),
    Sick(
        "hidden_seq2seq_detached_state",
        one("blocked-gradient update-too-small uneven-updates", *OPTIMIZER),
        (("Adam(dec.parameters()", "Adam([*enc.parameters(), *dec.parameters()]"),),
        STUCK,
    ),
    Sick(
        "hidden_vit_huge_init",
        one(EXPLOSION, *START),
        (
            ("torch.randn(dim, 3 * dim)", SCALED),
            ("torch.randn(dim, dim)", "torch.randn(dim, dim) * dim ** -0.5"),
            ("torch.randn(dim, 4 * dim)", "torch.randn(dim, 4 * dim) * dim ** -0.5"),
            ("torch.randn(4 * dim, dim)", "torch.randn(4 * dim, dim) * (4 * dim) ** -0.5"),
        ),
        BURST,
    ),
    Sick(
        "hidden_swapped_loss_regression",
        one("unreachable-targets"),
        (("torch.sigmoid(self.top(self.body(x)))", "self.top(self.body(x))"),),
        (*STUCK, "unscaled-targets", "saturated-units", "vanishing-gradient"),
    ),
    Sick(
        "hidden_closure_global_loop",
        (Fault(("unscaled-inputs",)), Fault(("saturated-units", "dead-units"), INPUT)),
        (("raw = raw * 500", "raw = (raw - raw.mean(0)) / raw.std(0)"),),
        ("vanishing-gradient", *BURST),
    ),
    Sick(
        "hidden_deep_residual_free",
        one("vanishing-gradient signal-collapse initialisation-misfit", *START),
        (("exponent=1.0", "exponent=0.5"),),
        STUCK,
    ),
    Sick(
        "hidden_inplace_relu_gru_lr",
        one("update-too-large dead-units", *STEP),
        (("lr=0.5", "lr=0.005"),),
        BURST,
    ),
)
