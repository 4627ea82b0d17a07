"""Two and three inputs: sums of products that stay close everywhere, at the corners too."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch

from gainstage.construct.build import construct
from gainstage.construct.errors import CannotApproximate
from gainstage.construct.exact.cells import SHARE, _extremes, _families
from gainstage.construct.module import module

SQUARE = ((0, 1), (0, 1))


@pytest.mark.parametrize("kind", ["sigmoid", "tanh", "binary_step", "relu", "softplus", "gelu", "logsigmoid"])
def test_the_bound_is_certified_and_holds(kind: str) -> None:
    built = construct("x*y", SQUARE, 0.15, kind)
    report, network = built.report, module(built)
    assert report.proof == "certified" and report.bound <= 0.15 and len(report.units) == 2
    with torch.no_grad():
        points = torch.rand(4000, 2, generator=torch.Generator().manual_seed(1))
        error = (network(points).ravel() - points.prod(dim=1)).abs().max().item()
    assert error <= report.bound


@pytest.mark.parametrize("kind", ["sigmoid", "relu"])
def test_corners_of_the_grid_are_no_worse(kind: str) -> None:
    """Where four towers meet, thresholds of whole bumps would be off by the function itself."""
    built = construct("1 + x*y", SQUARE, 0.15, kind)
    first = built.network.layers[0]
    edges = -first.bias / first.weight.max(axis=1)
    across = np.unique(np.clip(edges[:, None] + np.linspace(-1e-4, 1e-4, 9), 0, 1))[:60]
    points = np.array(list(product(across, across)))
    assert np.max(np.abs(built.network(points) - (1 + points.prod(axis=1)))) <= built.report.bound


def test_three_inputs() -> None:
    report = construct("x*y + z", ((0, 1),) * 3, 0.3, "relu").report
    assert report.proof == "certified" and report.bound <= 0.3


def test_sums_of_functions_of_one_input_cost_no_products() -> None:
    report = construct("sin(3*x) + y^2", SQUARE, 0.2, "sigmoid").report
    assert report.units[0] == report.units[1] < report.pieces


def test_callables_of_several_inputs() -> None:
    assert construct(lambda x, y: x * y, SQUARE, 0.2, "relu").report.proof == "sampled"
    assert construct(lambda x, y: x * y, SQUARE, 0.3, "relu", modulus=2.0).report.proof == "modulus"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"unit": "atan"}, "flat too late"),
        ({"unit": "leaky_relu"}, "rises on both sides"),
        ({"unit": "sin"}, "need a step or a ramp"),
        ({"unit": "linear"}, "a plane"),
        ({"tolerance": 1e-4}, r"cells or more.*\(1/error\)\^2"),
    ],
)
def test_refusals(settings: dict[str, object], says: str) -> None:
    with pytest.raises(CannotApproximate, match=says):
        construct("x*y", SQUARE, **{"tolerance": 0.1, **settings})  # type: ignore[arg-type]


def test_four_inputs_are_too_many() -> None:
    with pytest.raises(CannotApproximate, match="goes up to 3"):
        construct(lambda *x: x[0], ((0, 1),) * 4, 0.1)


def test_what_ands_can_be_is_known_by_its_corners() -> None:
    assert [len(_families(tuple(range(axes)))) for axes in range(4)] == [1, 2, 5, 19]
    heights = np.array([[0.0, 1.0], [10.0, 100.0]])
    assert sorted(_extremes(heights).tolist()) == [0.0, 1.0, 10.0, 11.0, 100.0]


@pytest.mark.parametrize("axes", [2, 3])
def test_the_interpolation_constants_hold_on_the_whole_cell(axes: int) -> None:
    """The ramps' weights of the corners, at a fine grid of points of the unit cell."""
    points = np.stack(np.meshgrid(*[np.linspace(0, 1, 61)] * axes, indexing="ij"))
    corners = list(product((0, 1), repeat=axes))
    riser = {s: np.maximum(0, sum((p * u for p, u in zip(points, s, strict=True)), 1.0 - sum(s))) for s in corners}
    weight = {}
    for corner in corners:  # the mixed differences' signs, gathered by corner
        above = [s for s in corners if all(a >= b for a, b in zip(s, corner, strict=True))]
        weight[corner] = sum((-1) ** (sum(s) - sum(corner)) * riser[s] for s in above)
    assert np.allclose(sum(weight.values()), 1.0)
    for a, b in product(range(axes), repeat=2):
        total = sum(np.abs(w) * np.abs(c[a] - points[a]) * np.abs(c[b] - points[b]) for c, w in weight.items())
        assert total.max() <= SHARE[axes][a != b] + 1e-12
