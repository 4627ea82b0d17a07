"""Where a script makes things is found, named, and survives JSON; nothing of the search is left."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import torch
from patients import run
from torch import nn

from gainstage.prescribe.collect import collect
from gainstage.prescribe.places import Places, Spot

SCRIPT = """\
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.inner, self.act = nn.Linear(width, width), nn.Tanh()

    def forward(self, x):
        return self.act(self.inner(x))


def build():
    layers = [nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU()]
    return nn.Sequential(*layers, Block(8), Block(8), nn.TransformerEncoderLayer(8, 2, 16), nn.Linear(8, 2))


def main():
    model = build()
    optimizer = torch.optim.SGD(
        model.parameters(), lr=0.1
    )
    head = torch.optim.Adam(model[7].parameters())
    model(torch.randn(5, 4)).sum().backward()
    optimizer.step()


main()
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return run(SCRIPT, tmp_path).places


def made_at(places: Places, kind: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(made.spot.line, made.names) for made in places.modules if made.kind == kind and made.direct]


def test_modules_are_named_although_the_model_is_gone(places: Places) -> None:
    assert made_at(places, "ReLU") == [(15, ("1",)), (15, ("3",))]
    assert made_at(places, "Block") == [(16, ("4",)), (16, ("5",))]
    assert made_at(places, "Tanh") == [(8, ("4.act", "5.act"))]
    inside = [made for made in places.modules if not made.direct and made.kind == "Linear"]
    assert inside and all(made.spot.line == 16 for made in inside)
    columns = [made.spot.column for made in places.modules if made.kind == "ReLU"]
    if sys.version_info >= (3, 11):
        line = SCRIPT.splitlines()[14]
        assert columns == [line.index("nn.ReLU"), line.rindex("nn.ReLU")]


def test_optimizers_know_their_module_and_what_they_lack(places: Places) -> None:
    sgd, adam = places.optimizers
    assert (sgd.kind, sgd.spot.line, sgd.root, sgd.module, sgd.missing) == ("SGD", 21, "Sequential", "", ())
    assert sgd.settings["lr"] == 0.1
    assert (adam.kind, adam.root, adam.module, adam.parameters) == ("Adam", "Sequential", "7", 2)
    assert "0.weight" in adam.missing and "7.weight" not in adam.missing
    assert [spot.line for spot in places.steps] == [26]


def test_places_survive_json(places: Places) -> None:
    assert Places.from_json(json.loads(json.dumps(places.as_json()))) == places


def test_a_module_is_found_by_path_from_further_inside(places: Places) -> None:
    assert [made.spot.line for made in places.named("Sequential", "4.act", "Tanh")] == [8]
    assert [made.spot.line for made in places.named("Block", "act", "Tanh")] == [8]
    assert list(places.named("Sequential", "9.act")) == []


def test_nothing_is_left_behind() -> None:
    before = nn.Module.__init__, torch.optim.Optimizer.__init__
    with collect() as found:
        assert nn.Module.__init__ is not before[0]
        nn.Linear(2, 2)
    assert (nn.Module.__init__, torch.optim.Optimizer.__init__) == before
    nn.Linear(2, 2)
    assert [made.kind for made in found.places().modules] == ["Linear"]
    assert found.places().modules[0].spot.file == __file__


def test_models_are_not_kept_alive() -> None:
    import gc
    import weakref

    with collect():
        model = nn.Linear(2, 2)
        watched = weakref.ref(model)
        del model
        gc.collect()
        assert watched() is None


def test_an_error_in_a_constructor_is_the_users(tmp_path: Path) -> None:
    seen = run("from torch import nn\nnn.Linear(-1, 2)\n", tmp_path)
    assert isinstance(seen.error, RuntimeError)
    assert seen.places.modules == () or seen.places.modules[0].spot == Spot(seen.path, 2, 0)
