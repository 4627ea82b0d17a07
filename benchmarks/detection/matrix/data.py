"""Faults of the data and of the numbers."""

from __future__ import annotations

from matrix.case import BURST, INPUT, STEP, STUCK, Sick, one

SCALES = (
    "dead-units",
    "saturated-units",
    "exploding-gradient",
    "vanishing-gradient",
    "signal-explosion",
    "off-centre-activation",
    "loss-oscillates",
    "gradient-spike",
    "update-too-large",
    *STUCK,
)
SAME_INPUT = ("signal-collapse", "dead-units", "blocked-gradient", "vanishing-gradient", *STUCK)

CASES = (
    Sick(
        "unscaled_income_adam",
        one("unscaled-inputs"),
        (("class Net", "X = (X - X.mean(0)) / X.std(0)\n\n\nclass Net"),),
        SCALES,
    ),
    Sick(
        "unscaled_mpg_functional",
        one("unscaled-inputs"),
        (("class Net", "X = (X - X.mean(0)) / X.std(0)\n\n\nclass Net"),),
        SCALES,
    ),
    Sick(
        "unscaled_wine",
        one("unscaled-inputs"),
        (
            (
                "model = nn",
                "X_train, X_test = (v.sub(X_train.mean(0)).div(X_train.std(0)) for v in (X_train, X_test))\nmodel = nn",
            ),
            ("lr=0.01", "lr=0.3"),
        ),
        SCALES,
    ),
    Sick(
        "unscaled_targets_prices",
        one("unscaled-targets unreachable-targets"),
        (("target = price", "target = (price - price.mean()) / price.std()"), ("lr=1e-2", "lr=2e-3")),
        ("exploding-gradient", "update-too-small", "loss-not-decreasing"),
    ),
    Sick(
        "constant_integer_pixels", one("constant-inputs"), (("dtype=torch.uint8", "dtype=torch.float32"),), SAME_INPUT
    ),
    Sick("constant_same_item", one("constant-inputs"), (("self.x[0]", "self.x[index]"),), SAME_INPUT),
    Sick("imbalanced_screening", one("imbalanced-targets"), (("torch.tensor(1.0)", "torch.tensor(49.0)"),), STUCK),
    Sick("imbalanced_digits_functional", one("imbalanced-targets"), (("[1.0, 1.0]", "[1.0, 60.0]"),), STUCK),
    Sick(
        "shuffled_labels_mnist",
        one("shuffled-labels-suspected"),
        (("train_X[rng.permutation(2000)]", "train_X[:]"), ("train_y[rng.permutation(2000)]", "train_y[:]")),
        STUCK,
    ),
    Sick("shuffled_labels_sequences", one("shuffled-labels-suspected"), (("shuffle=True", "shuffle=False"),), STUCK),
    Sick(
        "nan_log_zero",
        one("non-finite", "log", "input", "operation"),
        (("epsilon = 0.0", "epsilon = 1e-8"), ("torch.tensor(X), torch", "torch.tensor(X) / 255, torch")),
        ("unscaled-inputs", "dead-units", *BURST),
    ),
    Sick(
        "nan_sqrt_zero",
        one("non-finite", "sqrt", "derivative", "gradient", "operation"),
        (("tiny = 0.0", "tiny = 1e-8"),),
        BURST,
    ),
    Sick("nan_learning_rate", one("non-finite", *STEP), (("lr=3.0", "lr=1e-3"),), BURST),
    Sick("nan_missing_values", one("non-finite", *INPUT), (("= np.nan", "= 0.0"),), STUCK),
    Sick(
        "half_underflow",
        one("float16-underflow"),
        (("torch.float16", "torch.float32"), ("5e4", "1.0"), ("lr=200.0", "lr=0.1"), ("std=0.05", "std=0.125")),
        ("vanishing-gradient", "blocked-gradient", *STUCK),
    ),
    Sick(
        "half_autocast_underflow",
        one("float16-underflow"),
        (("* 1e-6\n", "* 1.0\n"),),
        ("vanishing-gradient", "blocked-gradient", *STUCK),
    ),
)
