"""Steps that are too large, too small, not cleared or not made."""

from __future__ import annotations

from matrix.case import BURST, LOSS, SECOND_SCORE, STEP, STUCK, Fault, Sick, one
from matrix.strangers.words import CLEARED, DIVERGED, KEPT, NO_STEP, VANISHED

CASES = (
    # learning rate 10 with SGD
    Sick(
        "wine_sgd_lr10",
        one("update-too-large exploding-gradient", *STEP),
        (("lr=10", "lr=0.05"),),
        DIVERGED,
        SECOND_SCORE,
    ),
    # Adam with lr=1 in a CNN
    Sick(
        "cnn_adam_lr1",
        one("update-too-large exploding-gradient", *STEP),
        (("lr=1.0", "lr=1e-3"),),
        DIVERGED,
        SECOND_SCORE,
    ),
    # SGD lr 1e-6
    Sick(
        "sgd_lr_tiny",
        one("update-too-small", *STEP),
        (("LEARNING_RATE = 1e-6", "LEARNING_RATE = 1e-1"),),
        STUCK,
        SECOND_SCORE,
    ),
    # Adam lr 1e-7 for an LSTM
    Sick("lstm_series_adam_1e7", one("update-too-small", *STEP), (("lr=1e-7", "lr=5e-3"),), STUCK, LOSS),
    # ExponentialLR stepped per batch: learning rate is gone after a few dozen steps
    Sick(
        "scheduler_per_batch",
        one("update-too-small", *STEP),
        (("        scheduler.step()\n    print", "    scheduler.step()\n    print"),),
        STUCK,
        SECOND_SCORE,
    ),
    # zero_grad missing
    Sick(
        "no_zero_grad_mlp",
        one("gradients-not-cleared", *KEPT),
        (("    l.backward()", "    optimizer.zero_grad()\n    l.backward()"),),
        BURST,
        SECOND_SCORE,
    ),
    # zero_grad missing in a fit method
    Sick(
        "gru_fit_no_zero_grad",
        one("gradients-not-cleared", *KEPT),
        (
            (
                "                loss.backward()",
                "                self.optim.zero_grad()\n                loss.backward()",
            ),
        ),
        BURST,
        SECOND_SCORE,
    ),
    # zero_grad called between backward and step: the step sees no gradient
    Sick(
        "zero_grad_between",
        one("blocked-gradient update-too-small", *CLEARED),
        (
            (
                "        loss.backward()\n        optimizer.zero_grad()\n",
                "        optimizer.zero_grad()\n        loss.backward()\n",
            ),
        ),
        STUCK,
        LOSS,
    ),
    # Adam lr 0.1 on a small transformer
    Sick(
        "transformer_lr_01", one("update-too-large exploding-gradient", *STEP), (("lr=0.1", "lr=2e-3"),), DIVERGED, LOSS
    ),
    # zero_grad(set_to_none=False) right after backward: all steps have gradient zero
    Sick(
        "zero_grad_between_keep",
        one("blocked-gradient update-too-small gradients-not-cleared", *CLEARED),
        (
            (
                "        optimizer.zero_grad(set_to_none=False)\n        optimizer.step()",
                "        optimizer.step()\n        optimizer.zero_grad(set_to_none=False)",
            ),
        ),
        STUCK,
        LOSS,
    ),
    # optimizer.step() is never called
    Sick(
        "forgot_step",
        one("blocked-gradient update-too-small nothing-observed", *NO_STEP),
        (("            loss.backward()", "            loss.backward(); self.optimizer.step()"),),
        STUCK,
        LOSS,
    ),
    # loss divided by 1e5 under SGD lr 0.01: effective learning rate nil
    Sick("loss_divided", one("update-too-small", *STEP, "loss"), (("/ len(X) ** 2", "* 20"),), STUCK, LOSS),
    # reduction='sum' over big batches with SGD lr 0.01: steps hundreds of times too large
    Sick(
        "sum_reduction_explodes",
        one("update-too-large exploding-gradient", *STEP, "loss", "reduction"),
        (("reduction='sum'", "reduction='mean'"),),
        DIVERGED,
        LOSS,
    ),
    # gradient norm clipped at 1e-4 under SGD: no progress
    Sick(
        "clip_tiny", one("update-too-small", *STEP, "clip"), (("max_norm=1e-4", "max_norm=1.0"),), STUCK, SECOND_SCORE
    ),
    # weight_decay=1 with SGD crushes the weights: network predicts a constant
    Sick(
        "weight_decay_huge",
        (
            Fault(
                (
                    "signal-collapse",
                    "vanishing-gradient",
                    "loss-not-decreasing",
                    "update-too-small",
                    "shuffled-labels-suspected",
                ),
                ("decay",),
                info=True,
            ),
        ),
        (("weight_decay=1.0", "weight_decay=1e-4"),),
        (*STUCK, *VANISHED),
        SECOND_SCORE,
    ),
    # full batch GD just above 2/curvature with momentum 0.99 on unscaled-ish features: loss oscillates
    Sick(
        "momentum_oscillates",
        one("loss-oscillates update-too-large", *STEP),
        (("lr=0.6, momentum=0.99", "lr=0.05, momentum=0.9"),),
        DIVERGED,
        LOSS,
    ),
    # StepLR with gamma=10 instead of 0.1: learning rate grows until it diverges
    Sick(
        "schedule_raises_lr_late",
        one("update-too-large exploding-gradient non-finite", *STEP),
        (("gamma=10", "gamma=0.1"),),
        DIVERGED,
        SECOND_SCORE,
    ),
    # Adam lr 0.3 on a small regression: ReLUs die, answers the mean
    Sick(
        "raw_lr_too_high_relu_regression",
        one("update-too-large dead-units", *STEP),
        (("lr=0.3", "lr=3e-3"),),
        DIVERGED,
        LOSS,
    ),
)
