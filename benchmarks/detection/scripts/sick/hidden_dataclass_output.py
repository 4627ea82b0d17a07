"""A two-headed model that returns a dataclass; one head's loss is computed but the trunk sees nothing of it."""
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor, nn


@dataclass
class Output:
    digit: Tensor
    size: Tensor


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(64, 48), nn.Mish(), nn.Linear(48, 6), nn.Mish())
        self.digit = nn.Linear(6, 10)
        self.size = nn.Linear(6, 1)

    def forward(self, x: Tensor) -> Output:
        h = self.trunk(x)
        return Output(self.digit(h.data), self.size(h.data).squeeze(-1))


torch.manual_seed(11)
bunch = load_digits()
x = torch.as_tensor(bunch.data, dtype=torch.float32).sub(4.9).div(6.0)
digit, ink = torch.as_tensor(bunch.target), x.mean(1)
ink = (ink - ink.mean()) / ink.std()
m = TwoHeads()
o = torch.optim.NAdam(m.parameters(), lr=4e-3)
for epoch in range(12):
    for rows in torch.utils.data.BatchSampler(torch.utils.data.RandomSampler(range(1400)), 40, False):
        out = m(x[rows])
        loss = F.cross_entropy(out.digit, digit[rows]) + 0.3 * F.huber_loss(out.size, ink[rows])
        loss.backward()
        o.step()
        o.zero_grad()
    print(f"{epoch:2d} {loss.item():.3f}")
with torch.no_grad():
    print("accuracy", (m(x[1400:]).digit.argmax(1) == digit[1400:]).float().mean().item())
