"""GradInit (Zhu et al. 2021), derived anew from the paper: a scale for every parameter, learnt from the first step.

The scales `m` of the weights that He's rule gave minimise the loss after one step of the optimizer,
`L(w - eta A(g))` on another batch, as long as the gradient's norm stays below a bound; where it does not, the norm is
what is minimised (the paper's algorithm 1). For SGD `A(g) = g`, `eta = 0.1` and the 2-norm stays below 1; for Adam
`A(g) = sign g`, `eta = 1e-3` and the 1-norm stays below what a 2-norm of 1 allows at most. Scales stay above 0.01.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call

from methods.method import Situation
from methods.standard import he

ITERATIONS = 60  # of 64 examples: an epoch, as in the paper
RATE = 1e-2
LOWEST = 0.01
SGD_STEP, SGD_BOUND = 0.1, 1.0
ADAM_STEP, ADAM_BOUND = 1e-3, 1.0  # per square root of the number of parameters
SIZE = 64


class Scales:
    """A learnable factor for each parameter of ``model``, and the two things that are minimised."""

    def __init__(self, model: nn.Module, situation: Situation) -> None:
        self.model, self.situation = model, situation
        self.names = [name for name, _ in model.named_parameters()]
        self.weights = [parameter.detach().clone() for parameter in model.parameters()]
        self.factors = [torch.ones((), requires_grad=True) for _ in self.weights]
        # Momenta apart: gradients of the norm are a hundred times those of the loss and would drown them.
        self.lower_norm, self.lower_loss = (torch.optim.Adam(self.factors, RATE) for _ in range(2))

    def loss(self, values: Sequence[Tensor], inputs: Tensor, targets: Tensor) -> Tensor:
        """The training loss with these parameters."""
        given = dict(zip(self.names, values, strict=True))
        return self.situation.loss(lambda x: functional_call(self.model, given, (x,)), inputs, targets)

    def gradient(self, inputs: Tensor, targets: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """The scaled parameters, and the loss's gradient for them that can itself be differentiated."""
        values = [weight * factor for weight, factor in zip(self.weights, self.factors, strict=True)]
        loss = self.loss(values, inputs, targets)
        return values, list(torch.autograd.grad(loss, values, create_graph=True))

    def norm(self, gradient: Sequence[Tensor]) -> tuple[Tensor, float]:
        """The gradient's norm and its bound."""
        flat = torch.cat([part.flatten() for part in gradient])
        if self.situation.task.adam:
            return flat.abs().sum(), ADAM_BOUND * math.sqrt(flat.numel())
        return flat.norm(), SGD_BOUND

    def stepped(self, values: Sequence[Tensor], gradient: Sequence[Tensor]) -> list[Tensor]:
        """The parameters after one step of the optimizer."""
        adam = self.situation.task.adam
        eta = ADAM_STEP if adam else SGD_STEP
        steps = [part.sign() if adam else part for part in gradient]
        return [value - eta * step for value, step in zip(values, steps, strict=True)]

    def improve(self) -> None:
        """One iteration: the norm goes down when it is above its bound, the loss after a step otherwise."""
        inputs, targets = self.situation.batch(SIZE)
        values, gradient = self.gradient(inputs, targets)
        norm, bound = self.norm(gradient)
        if float(norm.detach()) > bound:
            self._descend(norm, self.lower_norm)
            return
        others = self.situation.batch(SIZE)
        # Half of the batch is the one that the gradient is of: it makes the choice less noisy, says the paper.
        half = SIZE // 2
        mixed = (torch.cat([mine[:half], other[half:]]) for mine, other in zip((inputs, targets), others, strict=True))
        self._descend(self.loss(self.stepped(values, gradient), *mixed), self.lower_loss)

    def _descend(self, objective: Tensor, optimizer: torch.optim.Optimizer) -> None:
        found = torch.autograd.grad(objective, self.factors, allow_unused=True)
        for factor, part in zip(self.factors, found, strict=True):
            factor.grad = torch.zeros_like(factor) if part is None else torch.nan_to_num(part)
        optimizer.step()
        with torch.no_grad():
            for factor in self.factors:
                factor.clamp_(min=LOWEST)


def gradinit(model: nn.Module, situation: Situation) -> None:
    """He's rule first, as for the paper's networks; then the scales are learnt and the parameters multiplied."""
    he(model, situation)
    scales = Scales(model, situation)
    for _ in range(ITERATIONS):
        scales.improve()
    with torch.no_grad():
        for parameter, weight, factor in zip(model.parameters(), scales.weights, scales.factors, strict=True):
            parameter.copy_(weight * factor)
