"""Loss functions as scripts write them, and one in the place of another."""

from __future__ import annotations

import libcst as cst

from gainstage.prescribe.source.patch import Patch

CLASSES = {
    "cross_entropy": "CrossEntropyLoss", "nll_loss": "NLLLoss", "binary_cross_entropy": "BCELoss",
    "binary_cross_entropy_with_logits": "BCEWithLogitsLoss", "mse_loss": "MSELoss", "l1_loss": "L1Loss",
    "smooth_l1_loss": "SmoothL1Loss", "huber_loss": "HuberLoss", "kl_div": "KLDivLoss",
    "poisson_nll_loss": "PoissonNLLLoss", "multilabel_soft_margin_loss": "MultiLabelSoftMarginLoss",
    "multi_margin_loss": "MultiMarginLoss", "soft_margin_loss": "SoftMarginLoss",
}  # fmt: skip
FUNCTIONS = {
    name: (f"torch.nn.functional.{name}", f"torch.{name}", f"torch.nn.{kind}") for name, kind in CLASSES.items()
} | {"residual": ()}


def swap_loss(patch: Patch, call: cst.Call, old: str, new: str) -> None:
    """Another loss's name at the call that makes or applies this one; the arguments stay."""
    name = patch.script.name(call)
    made = name == f"torch.nn.{CLASSES[old]}"
    patch.replace(call.func, patch.spelled(f"torch.nn.{CLASSES[new]}" if made else f"torch.nn.functional.{new}"))
