"""Two faults at once."""

from __future__ import annotations

from matrix.case import ACTIVATION, BURST, INPUT, LOSS, SECOND_SCORE, STEP, Fault, Sick
from matrix.data import SCALES
from matrix.output import ALSO as FLAT
from matrix.start import SYMMETRY, ZERO
from matrix.strangers.words import BROADCAST, KEPT, PROBABILITIES, RANGE, VANISHED

CASES = (
    # raw inputs (thousands) with SGD: diverges to NaN; raw targets (11,000)
    Sick(
        "carsales_raw_sgd_nan",
        (
            Fault(("unscaled-inputs",), INPUT),
            Fault(("unscaled-targets",), ("target",)),
        ),
        (("values = df.values", "values = ((df - df.mean()) / df.std()).values"),),
        (*SCALES, *BURST),
        LOSS,
    ),
    # softmax before CrossEntropyLoss; Adam lr 1e-6
    Sick(
        "two_softmax_tiny_lr",
        (
            Fault(("activation-loss-mismatch",), PROBABILITIES),
            Fault(("update-too-small",), STEP),
        ),
        (
            ("nn.Linear(64, 10),\n    nn.Softmax(1))", "nn.Linear(64, 10))"),
            ("1e-6", "1e-3"),
        ),
        FLAT,
        SECOND_SCORE,
    ),
    # zero_grad missing; raw columns of the table (weight 3000)
    Sick(
        "two_nozerograd_unscaled",
        (
            Fault(("gradients-not-cleared",), KEPT),
            Fault(("unscaled-inputs",), INPUT),
        ),
        (
            (
                "X = torch.tensor(df.values, dtype=torch.float32)",
                "X = torch.tensor(((df - df.mean()) / df.std()).values, dtype=torch.float32)",
            ),
            ("        loss.backward()", "        optimizer.zero_grad()\n        loss.backward()"),
        ),
        (*SCALES, *BURST),
        LOSS,
    ),
    # five sigmoid layers under SGD; (N,1) against (N,) in the loss
    Sick(
        "two_sigmoid_broadcast",
        (
            Fault(
                (
                    "vanishing-gradient",
                    "signal-collapse",
                    "initialisation-misfit",
                ),
                (*ACTIVATION, "gain"),
            ),
            Fault(("shape-broadcast",), BROADCAST),
        ),
        (
            ("nn.Sigmoid()", "nn.ReLU()"),
            ("loss = ((net(X[b]) - y[b]) ** 2).mean()", "loss = ((net(X[b])[:, 0] - y[b]) ** 2).mean()"),
        ),
        VANISHED,
        LOSS,
    ),
    # zero initialisation; sigmoid output for sales in thousands (1.5..30)
    Sick(
        "two_zero_init_sigmoid_range",
        (
            Fault(("symmetric-weights",), SYMMETRY),
            Fault(("unreachable-targets",), RANGE),
        ),
        (
            ("m.weight.data.zero_()", "pass"),
            ("return torch.sigmoid(self.l3(h))", "return self.l3(h)"),
        ),
        (*ZERO, *FLAT, "unscaled-targets"),
        LOSS,
    ),
    # exp output overflows with unscaled inputs: loss inf/NaN; inputs unscaled (debt, income in thousands)
    Sick(
        "adam_nan_exp_poisson",
        (
            Fault(("non-finite",), ("exp", "overflow", "operation", *INPUT)),
            Fault(("unscaled-inputs",), INPUT),
        ),
        (
            (
                "x = torch.tensor(df[['age', 'miles', 'debt', 'income']].values).float()",
                "x = torch.tensor(df[['age', 'miles', 'debt', 'income']].values).float(); "
                "x = (x - x.mean(0)) / x.std(0)",
            ),
        ),
        (*SCALES, *BURST),
        LOSS,
    ),
    # inputs 0..255 not scaled with SGD lr 0.1; ReLU on logits before cross entropy
    Sick(
        "two_lr_and_bias_dead",
        (
            Fault(
                (
                    "unscaled-inputs",
                    "update-too-large",
                ),
                INPUT,
            ),
            Fault(("rectified-output",), RANGE),
        ),
        (
            ("X = torch.tensor(X).float()", "X = torch.tensor(X).float() / 255"),
            ("nn.Linear(128, 10), nn.ReLU())", "nn.Linear(128, 10))"),
        ),
        (*SCALES, *BURST),
        LOSS,
    ),
)
