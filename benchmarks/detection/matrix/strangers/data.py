"""Inputs, targets and numbers."""

from __future__ import annotations

from matrix.case import BURST, INPUT, LOSS, SCORE, SECOND_SCORE, STUCK, Fault, Sick, one
from matrix.data import SAME_INPUT, SCALES
from matrix.strangers.words import DIVERGED, IMBALANCE

CASES = (
    # raw census columns (fnlwgt up to 1e6) into a sigmoid layer
    Sick(
        "income_raw_sigmoid",
        one("unscaled-inputs", *INPUT),
        (("X = df.values.astype('float32')", "X = ((df - df.mean()) / df.std()).values.astype('float32')"),),
        SCALES,
        SECOND_SCORE,
    ),
    # targets of 11,000 unscaled, Adam 1e-3
    Sick(
        "carsales_raw_targets",
        one("unscaled-targets", "target"),
        (
            (
                "self.y = torch.tensor(frame['sales'].values, dtype=torch.float32)",
                "self.y = torch.tensor((frame['sales'].values - 11690) / 8987, dtype=torch.float32)",
            ),
        ),
        SCALES,
        LOSS,
    ),
    # handwritten BCE with log(p) of a p that rounds to exactly 0 or 1: NaN
    Sick(
        "log0_handmade_bce",
        one("non-finite", "log", "operation"),
        (
            (
                "return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()",
                "p = p.clamp(1e-6, 1 - 1e-6); return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()",
            ),
        ),
        BURST,
        SECOND_SCORE,
    ),
    # sqrt at distance 0 (pairs of an image with itself): NaN gradient
    Sick(
        "siamese_sqrt_nan",
        one("non-finite", "sqrt", "derivative", "gradient", "operation"),
        (("torch.sqrt(torch.sum((o1 - o2) ** 2, dim=1))", "torch.sqrt(torch.sum((o1 - o2) ** 2, dim=1) + 1e-8)"),),
        BURST,
        LOSS,
    ),
    # missing values (NaN) in the table
    Sick(
        "csv_missing_values",
        one("non-finite", *INPUT, "missing"),
        (("df = pd.read_csv(io.StringIO(text))", "df = pd.read_csv(io.StringIO(text)).dropna()"),),
        STUCK,
        LOSS,
    ),
    # standardising constant pixel columns divides 0 by 0: NaN inputs
    Sick(
        "std_zero_columns",
        one("non-finite", *INPUT),
        (("X = (X - X.mean(axis=0)) / X.std(axis=0)", "X = (X - X.mean(axis=0)) / (X.std(axis=0) + 1e-6)"),),
        STUCK,
        LOSS,
    ),
    # inputs shuffled without their labels
    Sick(
        "shuffled_labels",
        (
            Fault(
                (
                    "shuffled-labels-suspected",
                    "loss-not-decreasing",
                ),
                info=True,
            ),
        ),
        (("X = X[torch.randperm(len(X))]", "perm = torch.randperm(len(X)); X = X[perm]; y = y[perm]"),),
        STUCK,
        SECOND_SCORE,
    ),
    # integer division leaves inputs (almost) all zero
    Sick(
        "integer_division_zero_inputs",
        one("constant-inputs", *INPUT, "constant"),
        (("X = X.astype('uint8') // 255", "X = X / 255"),),
        SAME_INPUT,
        SECOND_SCORE,
    ),
    # Dataset always returns row 0 as input
    Sick(
        "dataset_returns_first_row",
        one("constant-inputs", *INPUT, "constant"),
        (("x = self.features[0]", "x = self.features[index]"),),
        SAME_INPUT,
        LOSS,
    ),
    # 2-3 % positives, network answers always the majority
    Sick(
        "imbalance_majority",
        one("imbalanced-targets", *IMBALANCE),
        (("criterion = nn.BCEWithLogitsLoss()", "criterion = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(35.0))"),),
        STUCK,
        SCORE,
    ),
    # class 8 has 1/60 of the examples and is never predicted
    Sick(
        "imbalance_digit_rare",
        one("imbalanced-targets", *IMBALANCE),
        (
            (
                "loss = F.cross_entropy(net(X[b]), t[b])",
                "loss = F.cross_entropy(net(X[b]), t[b], weight=torch.tensor([0.5, 30.]))",
            ),
            ("torch.optim.SGD(net.parameters(), lr=0.02)", "torch.optim.Adam(net.parameters(), lr=0.02)"),
        ),
        STUCK,
        SCORE,
    ),
    # view instead of transpose mixes pixels of different images in the batch
    Sick(
        "reshape_mixes_examples",
        (
            Fault(
                (
                    "shuffled-labels-suspected",
                    "loss-not-decreasing",
                ),
                info=True,
            ),
        ),
        (("x = x.view(784, -1).t()", "x = x.view(784, -1).t() if False else x.reshape(len(x), 784)"),),
        STUCK,
        LOSS,
    ),
    # single raw column of 15,000-25,000 into a small MLP
    Sick(
        "amounts_offset",
        one("unscaled-inputs", *INPUT),
        (
            (
                "X = torch.tensor(df[['amount']].values, dtype=torch.float32)",
                "X = torch.tensor(df[['amount']].values, dtype=torch.float32); X = (X - X.mean()) / X.std()",
            ),
        ),
        SCALES,
        SECOND_SCORE,
    ),
    # model.half() with Adam: eps 1e-8 is zero in float16, 0/0 = NaN
    Sick(
        "half_adam_nan",
        one("non-finite float16-underflow", "half", "float16", "format", "precision", "underflow"),
        (
            ("model.half()", "model.float()"),
            (".half()", ".float()"),
        ),
        BURST,
        LOSS,
    ),
    # advantage normalised with std() of an episode of length one: NaN
    Sick(
        "std_of_one",
        one("non-finite", "operation", "deviation", "division"),
        (("(R - R.mean()) / R.std()", "(R - R.mean()) / (R.std(unbiased=False) + 1e-6)"),),
        BURST,
        SECOND_SCORE,
    ),
    # empty sentences: all keys masked, softmax over -inf only: NaN
    Sick(
        "attention_fully_masked",
        one("non-finite", "mask", "softmax", "operation", "infin"),
        (("lengths = torch.randint(0, 9, (N,))", "lengths = torch.randint(1, 9, (N,))"),),
        BURST,
        SECOND_SCORE,
    ),
    # percentage error divides by targets of 0: inf/NaN loss
    Sick(
        "mape_zero_targets",
        one("non-finite", "operation", "division", "target"),
        (("/ y[b]).abs()", "/ (y[b].abs() + 0.1)).abs()"),),
        BURST,
        LOSS,
    ),
    # logits (B,T,V) are viewed as (B,V,T) for the loss instead of transposed: scores go to wrong classes
    Sick(
        "view_seq_logits",
        (
            Fault(
                (
                    "shuffled-labels-suspected",
                    "loss-not-decreasing",
                    "activation-loss-mismatch",
                ),
                info=True,
            ),
        ),
        (("out.view(B, V, T)", "out.transpose(1, 2)"),),
        STUCK,
        SECOND_SCORE,
    ),
    # batch_first missing: the LSTM runs over the batch; out[:, -1] sees only one time step per example
    Sick(
        "lstm_not_batch_first",
        (
            Fault(
                (
                    "shuffled-labels-suspected",
                    "loss-not-decreasing",
                ),
                info=True,
            ),
        ),
        (("nn.LSTM(3, 24)", "nn.LSTM(3, 24, batch_first=True)"),),
        STUCK,
        SECOND_SCORE,
    ),
    # one target of 1e5 among targets of 1 throws the training back each epoch
    Sick(
        "outlier_target",
        one(
            "gradient-spike update-too-large exploding-gradient unscaled-targets", "target", "outlier", "batch", *INPUT
        ),
        (("y[777] = 1e5", "pass"),),
        ("unscaled-targets", *DIVERGED),
        LOSS,
    ),
)
