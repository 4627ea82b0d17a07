"""The function and the network as curves: of one input over its interval, of several along the domain's diagonal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainstage.construct.one import evaluator
from gainstage.construct.report import Construction

MARGIN = 0.05  # of the curves' height


@dataclass(frozen=True, slots=True)
class Drawing:
    """Equally spaced ``x`` and both curves there, ``error`` their difference; ``window`` holds both curves.

    ``says`` tells which line through the domain it is, "" for the only one; ``axis`` names what runs along x.
    """

    x: list[float]
    function: list[float]
    network: list[float]
    error: list[float]
    window: tuple[float, float]
    says: str
    axis: str


def draw(built: Construction, count: int) -> Drawing:
    """``count`` points of both curves."""
    several = len(built.box) > 1
    points = np.stack([np.linspace(low, high, count) for low, high in built.box], axis=-1)
    function = built.target.value(*points.T)
    network = built.network(points) if several else evaluator(built.network, count)(points[:, 0])
    both = np.concatenate([function, network])
    edge = MARGIN * float(np.ptp(both)) or 1.0
    return Drawing(
        points[:, 0].tolist(),
        function.tolist(),
        network.tolist(),
        (network - function).tolist(),
        (float(both.min()) - edge, float(both.max()) + edge),
        ", along the diagonal of the domain" if several else "",
        built.target.variables[0],
    )
