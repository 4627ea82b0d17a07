"""Faults of output and loss."""

from __future__ import annotations

from matrix.case import STUCK, Sick, one

MISMATCH = one("activation-loss-mismatch")
ALSO = (*STUCK, "saturated-units", "vanishing-gradient")

CASES = (
    Sick("softmax_ce_digits", MISMATCH, ((", nn.Softmax(dim=1)", ""),), ALSO),
    Sick("softmax_ce_cnn_functional", MISMATCH, (("F.softmax(x, dim=1)", "x"),), ALSO),
    Sick("softmax_ce_lstm_text", MISMATCH, (("self.softmax(self.fc(out[:, -1]))", "self.fc(out[:, -1])"),), ALSO),
    Sick("sigmoid_bcelogits_cancer", MISMATCH, (("self.sigmoid(self.layer_out(x))", "self.layer_out(x)"),), ALSO),
    Sick(
        "sigmoid_bcelogits_functional",
        MISMATCH,
        (("torch.sigmoid(self.l2(F.relu(self.l1(x))))", "self.l2(F.relu(self.l1(x)))"),),
        ALSO,
    ),
    Sick("probabilities_into_nll", MISMATCH, (("nn.Softmax(dim=1)", "nn.LogSoftmax(dim=1)"),), ALSO),
    Sick(
        "logits_into_nll",
        MISMATCH,
        (("F.nll_loss", "F.cross_entropy"),),
        (*ALSO, "signal-explosion", "exploding-gradient"),
    ),
    Sick(
        "clamped_logits_bce",
        one("activation-loss-mismatch rectified-output"),
        (
            ("torch.clamp(model(X[i]), 0, 1)", "torch.sigmoid(model(X[i]))"),
            ("torch.clamp(model(X[3200:]), 0, 1)", "torch.sigmoid(model(X[3200:]))"),
        ),
        (*ALSO, "dead-units"),
    ),
    Sick(
        "single_softmax_cancer",
        one("single-class-softmax"),
        (("nn.Softmax(dim=1)", "nn.Sigmoid()"),),
        (*ALSO, "activation-loss-mismatch", "blocked-gradient", "non-finite"),
    ),
    Sick(
        "single_softmax_functional",
        one("single-class-softmax"),
        (("F.softmax(self.lin(h[-1]), dim=-1)", "torch.sigmoid(self.lin(h[-1]))"),),
        (*ALSO, "activation-loss-mismatch", "blocked-gradient"),
    ),
    Sick(
        "tanh_output_mpg",
        one("unreachable-targets"),
        (("nn.Linear(64, 1), nn.Tanh()", "nn.Linear(64, 1)"),),
        (*ALSO, "unscaled-targets"),
    ),
    Sick(
        "sigmoid_output_diabetes",
        one("unreachable-targets"),
        (("torch.sigmoid(self.fc3(x))", "self.fc3(x)"),),
        (*ALSO, "unscaled-targets"),
    ),
    Sick(
        "relu_output_regression",
        one("rectified-output unreachable-targets"),
        (("nn.Linear(32, 1), nn.ReLU()", "nn.Linear(32, 1)"),),
        (*ALSO, "dead-units", "unreachable-targets"),
    ),
    Sick(
        "relu_logits_functional",
        one("rectified-output"),
        (("F.relu(self.fc3(x))", "self.fc3(x)"),),
        (*ALSO, "dead-units"),
    ),
    Sick(
        "relu_logit_binary",
        one("rectified-output"),
        (
            (
                "for layer in (self.l1, self.l2):\n            x = self.act(layer(x))\n        return x.squeeze(1)",
                "return self.l2(self.act(self.l1(x))).squeeze(1)",
            ),
        ),
        (*ALSO, "dead-units"),
    ),
    Sick(
        "broadcast_targets",
        one("shape-broadcast activation-loss-mismatch"),
        (("criterion(outputs, y[i])", "criterion(outputs, y[i].unsqueeze(1))"),),
        STUCK,
    ),
    Sick(
        "broadcast_manual_loss",
        one("shape-broadcast activation-loss-mismatch"),
        (("(model(inputs[i]) - targets[i])", "(model(inputs[i])[:, 0] - targets[i])"),),
        STUCK,
    ),
)
