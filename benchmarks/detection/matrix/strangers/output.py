"""Output, loss and shapes that do not fit one another."""

from __future__ import annotations

from matrix.case import LOSS, SCORE, SECOND_SCORE, STUCK, Reading, Sick, one
from matrix.output import ALSO as FLAT
from matrix.strangers.words import BROADCAST, NO_LOG, ONE_UNIT, PROBABILITIES, RANGE, RAW, TARGETS

CASES = (
    # softmax in forward before CrossEntropyLoss
    Sick(
        "cnn_softmax_ce",
        one("activation-loss-mismatch", *PROBABILITIES),
        (("return F.softmax(x, dim=1)", "return x"),),
        FLAT,
        SCORE,
    ),
    # sigmoid output before BCEWithLogitsLoss
    Sick(
        "cancer_sigmoid_bcelogits",
        one("activation-loss-mismatch", *PROBABILITIES),
        (("            nn.Linear(16, 1),\n            nn.Sigmoid(),", "            nn.Linear(16, 1),"),),
        FLAT,
        SECOND_SCORE,
    ),
    # Softmax over one output unit with BCELoss
    Sick(
        "heart_softmax_one",
        one("single-class-softmax", *ONE_UNIT),
        (("nn.Softmax(dim=1)", "nn.Sigmoid()"),),
        (*FLAT, "activation-loss-mismatch", "blocked-gradient", "non-finite"),
        SCORE,
    ),
    # ReLU applied to the final logits before cross entropy
    Sick(
        "wine_relu_logits",
        one("rectified-output", *RANGE),
        (("x = torch.relu(self.out(x))", "x = self.out(x)"),),
        (*FLAT, "dead-units"),
        Reading("accuracy", 2),
    ),
    # sigmoid output for targets in -1..1 with MSE
    Sick(
        "sine_sigmoid_out",
        one("unreachable-targets", *RANGE),
        (("return torch.sigmoid(self.fc3(x))", "return self.fc3(x)"),),
        (*FLAT, "unscaled-targets"),
        LOSS,
    ),
    # tanh output layer for mpg targets of 9..46; targets unscaled
    Sick(
        "mpg_tanh_out",
        one("unreachable-targets", *RANGE),
        (
            ("layers.append(nn.Tanh())\n    return", "return"),
            ("y = data[:, :1]", "y = (data[:, :1] - data[:, :1].mean()) / data[:, :1].std()"),
        ),
        (*FLAT, "unscaled-targets"),
        LOSS,
    ),
    # nll_loss on raw outputs, no log_softmax; loss goes to minus infinity
    Sick(
        "nll_raw_logits",
        one("activation-loss-mismatch", *RAW),
        (("return self.fc(out)", "return F.log_softmax(self.fc(out), dim=1)"),),
        (*FLAT, "signal-explosion", "exploding-gradient"),
        LOSS,
        comparable=False,
    ),
    # Softmax (not log) before NLLLoss
    Sick(
        "mnist1d_softmax_nll",
        one("activation-loss-mismatch", *NO_LOG),
        (("nn.Softmax(dim=-1)", "nn.LogSoftmax(dim=-1)"),),
        FLAT,
        SECOND_SCORE,
    ),
    # softmax over independent labels with BCELoss
    Sick(
        "multilabel_softmax_bce",
        one("activation-loss-mismatch", "softmax", "label"),
        (("torch.softmax(self.head(h), 1)", "torch.sigmoid(self.head(h))"),),
        FLAT,
        SECOND_SCORE,
    ),
    # log_softmax over the batch (dim=0) before nll
    Sick("softmax_wrong_dim", one("activation-loss-mismatch", "dim", "batch"), (("dim=0", "dim=1"),), FLAT, LOSS),
    # targets -1/+1 given to BCEWithLogits
    Sick(
        "svm_labels_bce",
        one("unreachable-targets", *TARGETS),
        (("y = np.where(y == 1, 1.0, -1.0)", "y = np.where(y == 1, 1.0, 0.0)"),),
        FLAT,
        SECOND_SCORE,
    ),
    # sigmoid decoder for standardised (negative) pixel targets
    Sick(
        "autoencoder_sigmoid_standardised",
        one("unreachable-targets", *RANGE),
        (("            nn.Linear(48, 64), nn.Sigmoid())", "            nn.Linear(48, 64))"),),
        (*FLAT, "unscaled-targets"),
        LOSS,
    ),
    # ReLU on the output of a regression with standardised targets
    Sick(
        "carsales_relu_regression",
        one("rectified-output unreachable-targets", *RANGE),
        (("        out = self.relu(self.fc3(out))", "        out = self.fc3(out)"),),
        (*FLAT, "dead-units", "unreachable-targets"),
        LOSS,
    ),
    # VAE: BCE against pixels 0..16 instead of 0..1
    Sick(
        "vae_bce_raw_pixels",
        one("unreachable-targets activation-loss-mismatch", *TARGETS),
        (("load_digits().data, dtype=torch.float32)", "load_digits().data / 16, dtype=torch.float32)"),),
        (*FLAT, "signal-explosion", "exploding-gradient", "unscaled-targets"),
        LOSS,
        comparable=False,
    ),
    # handwritten softmax then F.cross_entropy
    Sick(
        "handmade_softmax_ce",
        one("activation-loss-mismatch", *PROBABILITIES),
        (("loss = F.cross_entropy(my_softmax(scores), yb)", "loss = F.cross_entropy(scores, yb)"),),
        FLAT,
        SECOND_SCORE,
    ),
    # softmax layer before CrossEntropyLoss in a char LSTM
    Sick(
        "char_lstm_softmax",
        one("activation-loss-mismatch", *PROBABILITIES),
        (("logits = self.softmax(self.fc(out))", "logits = self.fc(out)"),),
        FLAT,
        LOSS,
    ),
    # KLDivLoss receives probabilities instead of log-probabilities
    Sick(
        "kldiv_no_log",
        one("activation-loss-mismatch", *NO_LOG),
        (("F.softmax(student(xb) / T, dim=1)", "F.log_softmax(student(xb) / T, dim=1)"),),
        FLAT,
        SECOND_SCORE,
    ),
    # class numbers 0..9 regressed through a sigmoid
    Sick(
        "digits_as_number_sigmoid",
        one("unreachable-targets", *RANGE),
        (("out = torch.sigmoid(self.fc2(x))", "out = self.fc2(x)"),),
        (*FLAT, "unscaled-targets"),
        LOSS,
    ),
    # (N,1) against (N,) in MSELoss
    Sick(
        "diabetes_broadcast",
        one("shape-broadcast", *BROADCAST),
        (("loss = criterion(outputs, targets)", "loss = criterion(outputs.squeeze(1), targets)"),),
        STUCK,
        LOSS,
    ),
    # hand-written mean((pred - y)**2) broadcasts (N,1)-(N,)
    Sick(
        "rnn_broadcast_custom",
        one("shape-broadcast", *BROADCAST),
        (("return torch.mean((y_true - y_pred) ** 2)", "return torch.mean((y_true - y_pred.view(-1)) ** 2)"),),
        STUCK,
        LOSS,
    ),
    # Q-network ends in a sigmoid although returns go to 50+
    Sick(
        "dqn_sigmoid_q",
        one("unreachable-targets", *RANGE),
        (("nn.Linear(64, 2), nn.Sigmoid())", "nn.Linear(64, 2))"),),
        (*FLAT, "unscaled-targets"),
        SCORE,
    ),
    # sigmoid outputs given to CrossEntropyLoss (multi-class)
    Sick(
        "sigmoid_before_ce",
        one("activation-loss-mismatch", *PROBABILITIES),
        (("return self.sig(self.fc2(x))", "return self.fc2(x)"),),
        FLAT,
        SECOND_SCORE,
    ),
    # tanh on the logits: cross entropy with 10 classes bounded below by 0.8
    Sick(
        "tanh_before_ce",
        one("activation-loss-mismatch unreachable-targets", *RANGE, "tanh"),
        (("nn.Linear(64, 10), nn.Tanh())", "nn.Linear(64, 10))"),),
        FLAT,
        LOSS,
    ),
    # ReLU before the last sigmoid: probability can never be below 0.5
    Sick(
        "relu_then_sigmoid_bce",
        one("rectified-output unreachable-targets", *RANGE),
        (("x = F.relu(self.out(x))", "x = self.out(x)"),),
        (*FLAT, "dead-units"),
        LOSS,
    ),
)
