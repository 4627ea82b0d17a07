"""A small training for trials to run, as a script."""

from __future__ import annotations

from collections.abc import Callable

from gainstage.verify.launch import Trial

TRAINING = """
import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(64, 8)
y = (x[:, 0] > 0).long()
net = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
def train(steps, rate=0.5):
    for step in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
"""
Run = Callable[..., Trial]
