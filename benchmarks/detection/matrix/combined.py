"""Two faults at once: both are to be named."""

from __future__ import annotations

from matrix.case import ACTIVATION, BURST, OPTIMIZER, STEP, STUCK, Fault, Sick

CASES = (
    Sick(
        "both_softmax_unscaled",
        (Fault(("activation-loss-mismatch",)), Fault(("unscaled-inputs",))),
        ((", nn.Softmax(dim=-1)", ""), ("torch.tensor(X).float()", "torch.tensor(scaled).float()")),
        ("dead-units", "saturated-units", "vanishing-gradient", *STUCK),
    ),
    Sick(
        "both_sigmoid_tiny_lr",
        (Fault(("vanishing-gradient",), ACTIVATION), Fault(("update-too-small",), STEP)),
        (("nn.Sigmoid, 1e-6", "nn.SELU, 1e-2"),),
        ("signal-collapse", "off-centre-activation", "initialisation-misfit", *STUCK),
    ),
    Sick(
        "both_relu_output_not_cleared",
        (Fault(("rectified-output", "unreachable-targets")), Fault(("gradients-not-cleared",))),
        (
            ("F.relu(self.two(x))", "self.two(x)"),
            ("        loss.backward()", "        optimizer.zero_grad()\n        loss.backward()"),
        ),
        ("dead-units", *BURST),
    ),
    Sick(
        "both_linear_not_in_optimizer",
        (Fault(("linear-collapse",)), Fault(("blocked-gradient", "update-too-small", "uneven-updates"), OPTIMIZER)),
        (
            ("self.first(x)", "self.first(x).relu()"),
            ("self.second(h)", "self.second(h).relu()"),
            ("net.last.parameters()", "net.parameters()"),
        ),
        STUCK,
    ),
)
