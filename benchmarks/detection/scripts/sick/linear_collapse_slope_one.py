"""Six-bit parity with a parametric activation that starts (and stays) at slope 1."""
import itertools

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
bits = torch.tensor(list(itertools.product([-1.0, 1.0], repeat=6)))
parity = (bits.prod(1) > 0).float()
SLOPE = 1.0


class Parity(nn.Module):
    def __init__(self, hidden=64):
        super().__init__()
        self.l1 = nn.Linear(6, hidden)
        self.l2 = nn.Linear(hidden, hidden)
        self.l3 = nn.Linear(hidden, 1)

    def forward(self, x):
        x = F.leaky_relu(self.l1(x), negative_slope=SLOPE)
        x = F.leaky_relu(self.l2(x), negative_slope=SLOPE)
        return self.l3(x).flatten()


model = Parity()
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for step in range(400):
    loss = F.binary_cross_entropy_with_logits(model(bits), parity)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(step, loss.item())
print("accuracy", ((model(bits) > 0).float() == parity).float().mean().item())
