"""What a loss function is given, and what the data looks like: range, width, classes, scale.

Small copies are taken at the call; the numbers are worked out on the host when the step is over.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from gainstage.observe.origins import Origins
from gainstage.observe.visits import Visit

_MOST_ROWS = 256
_MOST_ENTRIES = 65_536
_MOST_CLASSES = 1000
_MOST_COMPARED = 16  # features
_BY_CLASS = ("cross_entropy", "nll_loss")


def read(
    visit: Visit, args: tuple[Any, ...], kwargs: dict[str, Any], prediction: torch.Tensor, origins: Origins
) -> None:
    """Keep a small copy of what a loss compares, for ``numbers`` to read later."""
    if visit.operation.name == "residual":
        target = args[1] if args[0] is prediction else args[0]
    else:
        target = args[1] if len(args) > 1 else kwargs.get("target")
    visit.extra["input"] = _rows(prediction, min(1, prediction.dim() - 1))
    visit.extra["input_shape"] = tuple(prediction.shape)
    if isinstance(target, torch.Tensor):
        visit.extra["target"] = _rows(target, -1)
        visit.extra["target_shape"] = tuple(target.shape)
        visit.extra["target_integer"] = int(not target.is_floating_point())
    visit.extra["reduction"] = str(kwargs.get("reduction", "mean"))


def read_data(visit: Visit, tensor: torch.Tensor, unit_dim: int, *, thorough: bool) -> None:
    """Count a data tensor's examples; if ``thorough``, keep a small copy of it: rows of features."""
    if thorough:
        visit.extra["data"] = _rows(tensor, unit_dim)
    visit.extra["integer"] = int(not tensor.is_floating_point())
    visit.extra["examples"] = int(tensor.shape[0]) if tensor.dim() else 1


def _rows(tensor: torch.Tensor, unit_dim: int) -> torch.Tensor:
    """At most ``_MOST_ROWS`` examples, units last, as a copy of shape (rows, units)."""
    tensor = tensor.detach()
    if tensor.dim() < 2:
        return tensor.reshape(-1, 1)[: _MOST_ROWS * 16].clone()
    stride = max(1, -(-tensor.shape[0] // _MOST_ROWS))
    moved = tensor[::stride].movedim(unit_dim, -1)
    rows = moved.reshape(-1, moved.shape[-1])
    step = max(1, -(-rows.numel() // _MOST_ENTRIES))
    return rows[::step].clone()


@np.errstate(all="ignore")  # infinities are recorded, not warned of on the user's terminal
def numbers(visit: Visit) -> dict[str, Any]:
    """The plain numbers of a loss or a data site (host side)."""
    extra = dict(visit.extra)
    if visit.operation.kind == "input":
        return _data_numbers(extra)
    if visit.operation.kind != "loss" or "input" not in extra:
        return {}
    given = _host(extra["input"])
    found: dict[str, Any] = {
        "input_min": _least(given),
        "input_max": _most(given),
        "input_width": int(given.shape[1]),
        "prediction_std": float(np.sqrt(given.var(axis=0).mean())) if given.size else None,
        "reduction": extra["reduction"],
    }
    if given.size:
        sums = given.sum(axis=1)
        found |= {"row_sum_min": float(sums.min()), "row_sum_max": float(sums.max())}
    if given.size and visit.operation.name in _BY_CLASS and given.shape[1] <= _MOST_CLASSES:
        found["predicted_counts"] = np.bincount(given.argmax(axis=1), minlength=given.shape[1]).tolist()
    if "target" in extra:
        found |= _target_numbers(visit, _host(extra["target"]), extra)
    return found


def _target_numbers(visit: Visit, target: np.ndarray[Any, Any], extra: dict[str, Any]) -> dict[str, Any]:
    shape, given = extra["target_shape"], extra["input_shape"]
    by_class = visit.operation.name in _BY_CLASS and extra["target_integer"]
    found: dict[str, Any] = {
        "target_min": _least(target),
        "target_max": _most(target),
        "target_mean": float(target.mean()) if target.size else None,
        "target_std": float(target.std()) if target.size else None,
        "target_width": int(shape[1]) if len(shape) > 1 else 1,
        "target_integer": extra["target_integer"],
        "broadcast": int(shape != given and not by_class and _broadcasts(shape, given)),
    }
    counts = _class_counts(target, bool(extra["target_integer"]))
    if counts is not None:
        found["class_counts"] = counts
    return found


def _broadcasts(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    """Do unequal shapes give a result larger than the larger of the two?"""
    try:
        joint = np.broadcast_shapes(first, second)
    except ValueError:
        return False
    return int(np.prod(joint)) > max(int(np.prod(first)), int(np.prod(second)))


def _class_counts(target: np.ndarray[Any, Any], integer: bool) -> list[int] | None:
    if target.size == 0 or (target.shape[1] > 1 and integer is False and not np.isin(target, (0.0, 1.0)).all()):
        return None
    flat = target.reshape(-1)
    if not integer and not np.isin(flat, (0.0, 1.0)).all():
        return None
    flat = flat[flat >= 0].astype(np.int64)
    if flat.size == 0 or flat.max() >= _MOST_CLASSES:
        return None
    return np.bincount(flat, minlength=2).tolist()


def _data_numbers(extra: dict[str, Any]) -> dict[str, Any]:
    data = _host(extra["data"])
    if extra["integer"] or data.size == 0:
        alike = int((data == data[:1]).all()) if data.shape[0] > 1 else None
        return {"features": int(data.shape[1]), "integer_valued": int(extra["integer"]), "alike": alike}
    deviation, mean = data.std(axis=0), data.mean(axis=0)
    varied = deviation > 1e-6 * np.maximum(np.abs(mean), 1e-30)
    return {
        "features": int(data.shape[1]),
        "feature_std_min": float(deviation[varied].min()) if varied.any() else 0.0,
        "feature_std_max": float(deviation.max()),
        "feature_mean_abs_max": float(np.abs(mean).max()),
        "rms_max": float(np.sqrt((data**2).mean(axis=0).max())),
        "constant_features": int((~varied).sum()) if data.shape[0] > 1 else 0,
        "integer_valued": int(bool((data == np.round(data)).all())),
        "minimum": _least(data),
        "maximum": _most(data),
        **_by_feature(data, extra),
    }


def _by_feature(data: np.ndarray[Any, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """Of some features the mean, the standard deviation and the mean magnitude: what ranks are compared by."""
    chosen = data[:, :: -(-data.shape[1] // _MOST_COMPARED)]
    examples = extra["examples"]
    looked_at = -(-examples // -(-examples // _MOST_ROWS)) if examples else 0
    columns = {"means": chosen.mean(axis=0), "deviations": chosen.std(axis=0), "sizes": np.abs(chosen).mean(axis=0)}
    rounded = {name: [float(f"{value:.7g}") for value in values] for name, values in columns.items()}
    return {**rounded, "compared_examples": min(looked_at, data.shape[0])}


def _host(tensor: torch.Tensor) -> np.ndarray[Any, Any]:
    return tensor.cpu().double().numpy()


def _least(values: np.ndarray[Any, Any]) -> float | None:
    return float(values.min()) if values.size else None


def _most(values: np.ndarray[Any, Any]) -> float | None:
    return float(values.max()) if values.size else None
