"""Networks of gainstage.nn are watched as those of torch.nn are, and watching changes no bit of them."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import gainstage
from gainstage import nn as ours


def train(activations: tuple[nn.Module, ...], watched: bool) -> tuple[list[torch.Tensor], gainstage.Run | None]:
    """Ten steps; the weights, and the run if it was watched."""
    torch.manual_seed(0)
    parts: list[nn.Module] = []
    for activation in activations:
        # Gates and maxout halve what they get.
        wide = isinstance(activation, (ours.GLU, ours.Maxout))
        parts += [nn.Linear(16, 32 if wide else 16), activation]
    model = nn.Sequential(*parts, nn.Linear(16, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)

    def loop() -> None:
        for _ in range(10):
            optimizer.zero_grad()
            F.cross_entropy(model(torch.randn(64, 16)), torch.randint(3, (64,))).backward()
            optimizer.step()

    if not watched:
        loop()
        return [parameter.detach() for parameter in model.parameters()], None
    with gainstage.watch(every=1) as watching:
        loop()
    return [parameter.detach() for parameter in model.parameters()], watching.run


NETWORKS = {
    "smooth": (ours.GELU(), ours.Softplus(2.0), ours.Tanh(), ours.ELU(1.5)),
    "weights": (ours.PReLU(16), ours.Swish(1.0, trainable=True), ours.Snake(16), ours.SReLU(16)),
    "blocks": (ours.SwiGLU(), ours.Maxout(), ours.GEGLU(), ours.Sparsemax()),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_watching_changes_no_bit(name: str) -> None:
    bare, _ = train(NETWORKS[name], watched=False)
    with torch.no_grad():  # the activations' own parameters start again where they started
        for module in NETWORKS[name]:
            if isinstance(module, ours.PReLU):
                nn.init.constant_(module.weight, 0.25)
            elif hasattr(module, "reset_parameters"):
                module.reset_parameters()  # type: ignore[operator]
    watched, _ = train(NETWORKS[name], watched=True)
    assert all(torch.equal(a, b) for a, b in zip(bare, watched, strict=True))


def test_each_stage_has_its_function_and_gains() -> None:
    _, run = train(NETWORKS["smooth"], watched=True)
    assert run is not None
    found = {site.function: site for site in run.sites if site.kind == "activation"}
    assert list(found) == ["gelu", "softplus", "tanh", "elu"]
    assert found["softplus"].parameters["beta"] == 2.0 and found["elu"].parameters["alpha"] == 1.5
    for site in found.values():
        assert (run.signal(site.index, "transmission") > 0).all() and (run.signal(site.index, "gradient_in") > 0).all()


def test_a_learnable_slope_is_known_as_prelu() -> None:
    _, run = train(NETWORKS["weights"], watched=True)
    assert run is not None
    (site,) = [site for site in run.sites if site.function == "prelu"]
    assert site.weight.endswith("weight") and not gainstage.diagnose(run, select=["GS106"]).findings
