"""Figures for papers and slides, drawn by matplotlib from the same numbers as the page."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gainstage.diagnose.history import Map
from gainstage.errors import GainstageError
from gainstage.show.page.split import CAUSES
from gainstage.show.sheet import Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = (".svg", ".pdf", ".png")
WIDTH, HEIGHT = 6.3, 3.4  # inches: the text width of an A4 page
DOTS = 200  # per inch, of a PNG
# Okabe and Ito's colours, as on the other figures of the project; markers and hatches tell the same without them.
BLUE, ORANGE, PURPLE = "#0072b2", "#d55e00", "#8b3fa0"
FILLS = {
    "activation": (ORANGE, ""),
    "weights": (BLUE, "////"),
    "normalisation": ("#009e73", "---"),
    "dropout": ("#cc79a7", "||"),
    "residual": ("#e69f00", "++"),
    "other": ("#999999", ".."),
}
SETTINGS: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e0",
    "grid.linewidth": 0.6,
    "hatch.color": "#ffffff",
    "hatch.linewidth": 0.8,
    "legend.frameon": False,
    "svg.fonttype": "none",  # text stays text: searchable, and in the document's own font
    "svg.hashsalt": "gainstage",
    "pdf.fonttype": 42,
}


def save(sheet: Sheet, kind: str, file: Path) -> None:
    """Draw one figure of a run and write it to ``file``.

    Args:
        sheet: the run.
        kind: a key of :data:`KINDS`.
        file: where to; its ending chooses SVG, PDF or PNG.

    Raises:
        GainstageError: without matplotlib, for an unknown kind or ending, where the run holds nothing to draw, or where
            the file cannot be written.
    """
    if kind not in KINDS:
        raise GainstageError(f"no figure {kind!r}; there are {', '.join(KINDS)}")
    if file.suffix.lower() not in FORMATS:
        raise GainstageError(f"cannot write {file.name}: give a name that ends in {', '.join(FORMATS)}")
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise GainstageError("figures need matplotlib: pip install 'gainstage[figures]'") from error
    with mpl.rc_context(SETTINGS):
        drawing = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
        KINDS[kind](drawing.subplots(), sheet)
        # Without the date the same run gives the same bytes.
        undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}[file.suffix.lower()]
        try:
            drawing.savefig(file, dpi=DOTS, metadata=undated)
        except OSError as error:
            raise GainstageError(f"cannot write {file}: {error.strerror}") from error


def _ladder(axes: Axes, sheet: Sheet) -> None:
    levels = _something(sheet.report.stages, "stage")
    number = [level.number for level in levels]
    few = {"markersize": 4} if len(levels) <= 60 else {"marker": ""}
    axes.plot(number, _finite(v.signal_db for v in levels), color=BLUE, label="signal", **{"marker": "o", **few})
    gradient = _finite(v.gradient_db for v in levels)
    axes.plot(number, gradient, color=ORANGE, linestyle="--", label="gradient", **{"marker": "s", **few})
    expected = _finite(v.expected_signal_db for v in levels)
    if any(map(math.isfinite, expected)):
        axes.plot(number, expected, "D", color=PURPLE, markerfacecolor="none", markersize=6, label="signal, expected")
    axes.set(xlabel="stage", ylabel="level / dB")
    axes.locator_params(axis="x", integer=True)
    axes.legend()


def _split(axes: Axes, sheet: Sheet) -> None:
    rungs = _something(sheet.report.stages, "stage")
    up, down = [0.0] * len(rungs), [0.0] * len(rungs)
    for cause in CAUSES:
        shares = [share if math.isfinite(share := rung.share_db.get(cause, 0.0)) else 0.0 for rung in rungs]
        if not any(abs(share) >= 0.05 for share in shares):
            continue
        bottoms = [up[n] if share > 0 else down[n] for n, share in enumerate(shares)]
        color, hatch = FILLS[cause]
        numbers = [rung.number for rung in rungs]
        axes.bar(numbers, shares, 0.75, bottom=bottoms, color=color, hatch=hatch, label=cause, linewidth=0)
        up = [old + max(share, 0.0) for old, share in zip(up, shares, strict=True)]
        down = [old + min(share, 0.0) for old, share in zip(down, shares, strict=True)]
    axes.axhline(0, color="#555555", linewidth=0.8)
    axes.set(xlabel="stage", ylabel="backward gain / dB")
    axes.locator_params(axis="x", integer=True)
    axes.legend()


def _loss(axes: Axes, sheet: Sheet) -> None:
    courses = _something(sheet.courses, "loss")
    for number, course in enumerate(courses):
        steps, values = zip(*course.points, strict=True)
        style = ("-", "--", ":", "-.")[number % 4]
        axes.plot(steps, _finite(values), style, color=(BLUE, ORANGE)[number % 2], label=course.optimizer or None)
    finite = [value for course in courses for _, value in course.points if math.isfinite(value)]
    if finite and min(finite) > 0 and max(finite) / min(finite) > 20:
        axes.set_yscale("log")
    axes.set(xlabel="step", ylabel="loss")
    if len(courses) > 1:
        axes.legend()


def _map(name: str, label: str, *, log: bool) -> Callable[[Axes, Sheet], None]:
    def draw(axes: Axes, sheet: Sheet) -> None:
        (shown,) = _something([each for each in sheet.maps if each.name == name], label)
        _heat(axes, shown, label, log=log)

    return draw


def _heat(axes: Axes, shown: Map, label: str, *, log: bool) -> None:
    from matplotlib.colors import LogNorm, Normalize

    norm = LogNorm(1e-8, 1.0, clip=True) if log else Normalize(0.0, 1.0)
    image = axes.imshow(shown.values, aspect="auto", cmap="cividis", norm=norm, interpolation="nearest")
    at = sorted({round(n * (len(shown.steps) - 1) / 4) for n in range(5)})
    axes.set_xticks(at, [f"{shown.steps[n][0]:,}" for n in at])
    rows = sorted({round(n * (len(shown.stages) - 1) / 9) for n in range(10)})
    axes.set_yticks(rows, [str(shown.stages[n][0]) for n in rows])
    axes.set(xlabel="step", ylabel="stage")
    axes.grid(False)
    assert axes.figure is not None
    axes.figure.colorbar(image, ax=axes, label=label)


def _finite(values: Any) -> list[float]:
    """Infinite values as gaps: an axis has no place for them."""
    return [value if math.isfinite(value) else math.nan for value in values]


def _something(found: Sequence[Any], what: str) -> Sequence[Any]:
    if not found:
        raise GainstageError(f"nothing to draw: the run holds no {what}")
    return found


KINDS: dict[str, Callable[[Any, Sheet], None]] = {
    "ladder": _ladder,
    "split": _split,
    "loss": _loss,
    "transmission": _map("transmission", "transmission E[f′²]", log=False),
    "dead": _map("dead_share", "share of dead units", log=False),
    "update": _map("update_ratio", "update ‖Δw‖/‖w‖", log=True),
}
