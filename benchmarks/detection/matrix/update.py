"""Faults of the update: too large, too small, uneven, accumulated, oscillating."""

from __future__ import annotations

from matrix.case import BURST, STEP, STUCK, Sick, one

CLEARED = "gradients-not-cleared"

CASES = (
    Sick("update_large_transformer", one("update-too-large", *STEP), (("lr=0.1", "lr=2e-3"),), BURST),
    Sick("update_large_rmsprop", one("update-too-large", *STEP), (("lr=1.0", "lr=1e-3"),), BURST),
    Sick("update_small_sgd", one("update-too-small", *STEP), (("lr=1e-6", "lr=0.1"),), STUCK),
    Sick(
        "update_small_manual",
        one("update-too-small", *STEP),
        (("learning_rate = 1e-7", "learning_rate = 0.05"),),
        STUCK,
    ),
    Sick("update_small_adamw_text", one("update-too-small", *STEP), (("lr=2e-7", "lr=3e-3"),), STUCK),
    Sick("update_small_schedule", one("update-too-small", *STEP), (("        scheduler.step()\n", ""),), STUCK),
    Sick("uneven_param_groups", one("uneven-updates update-too-small", *STEP), (("1e-8", "3e-3"),), STUCK),
    Sick(
        "not_cleared_sgd",
        one(CLEARED),
        (("        loss.backward()", "        optimizer.zero_grad()\n        loss.backward()"),),
        BURST,
    ),
    Sick("not_cleared_manual", one(CLEARED), (("alpha=-0.02)", "alpha=-0.02)\n            p.grad = None"),), BURST),
    Sick(
        "not_cleared_gru",
        one(CLEARED),
        (("        loss.backward()", "        optim.zero_grad()\n        loss.backward()"),),
        BURST,
    ),
    Sick("oscillate_full_batch", one("loss-oscillates update-too-large", *STEP), (("lr=2.0", "lr=0.05"),), BURST),
    Sick(
        "oscillate_momentum",
        one("loss-oscillates update-too-large", *STEP),
        (("momentum=0.99", "momentum=0.8"),),
        BURST,
    ),
)
