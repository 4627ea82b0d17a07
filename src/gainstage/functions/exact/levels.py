"""Where a derivative stays below a level, and how much of a normal distribution lies where the function is zero."""

from __future__ import annotations

from flint import arb

from gainstage.functions.exact.curve import LARGEST, Curve, Piece
from gainstage.functions.exact.intervals import INTERVALS, Interval
from gainstage.functions.exact.search import root

Spans = list[tuple[float, float]]
BUDGET = 2000
NARROW = arb(2) ** -40


def small_slope(curve: Curve, level: Interval) -> Spans | None:
    """The intervals on which |f'| < ``level``, ascending; infinite ends reach to the end of float32.

    None when the crossings cannot be isolated, as for functions that oscillate for ever.
    """
    found: list[Interval] = []
    for piece in curve.pieces:
        parts = _small(piece, level)
        if parts is None:
            return None
        found += parts
    return [(_end(span.low), _end(span.high)) for span in _merged(found)]


def _small(piece: Piece, level: Interval) -> list[Interval] | None:
    found, left, budget = [], list(piece.boxes), BUDGET
    while left:
        box = left.pop()
        size = piece.enclose(1, box).magnitude
        if size.high < level.low:
            found.append(box)
        elif not size.low >= level.high and box.width > NARROW and not piece.constant(1):
            budget -= 1
            if budget < 0:
                return None
            left.extend(_cut(piece, box, level))
    return found


def _cut(piece: Piece, box: Interval, level: Interval) -> list[Interval]:
    """The parts of ``box`` beside the crossing of the level that it holds, or its halves."""
    for crossed in (level, -level):
        at = root(piece, 1, box, crossed)
        if at is not None:
            # A hair on both sides, so that the parts' own enclosures are clear of the level.
            hair = arb(2) ** -100 * (1 + at.magnitude.high)
            parts = [Interval(box.low, at.low - hair), Interval(at.high + hair, box.high)]
            return [part for part in (Interval(p.low.lower(), p.high.upper()) for p in parts) if part.low < part.high]
    return list(box.split())


def _merged(spans: list[Interval]) -> list[Interval]:
    """Neighbours joined; gaps as narrow as the search's own cuts are none."""
    joined: list[Interval] = []
    for span in sorted(spans, key=lambda span: float(span.low)):
        if joined and span.low - joined[-1].high < 4 * NARROW:
            joined[-1] = joined[-1].join(span)
        else:
            joined.append(span)
    return joined


def _end(at: arb) -> float:
    value = float(at)
    return value if abs(value) < float(LARGEST) else float("inf") if value > 0 else float("-inf")


def zero_share(curve: Curve) -> Interval:
    """The probability that f(x) is exactly 0 for x ~ N(0, 1): of the pieces that are zero throughout."""
    share = Interval(arb(0), arb(0))
    cdf = INTERVALS["normal_cdf"]
    for piece in curve.pieces:
        if piece.constant(0) and piece.at(0, piece.box.low).magnitude.high == 0:
            low, high = (cdf(Interval(end, end)) for end in (piece.box.low, piece.box.high))
            share = share + high - low
    return share
