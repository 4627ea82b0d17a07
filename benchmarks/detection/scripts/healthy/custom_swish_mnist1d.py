"""A user's own activation, x * sigmoid(beta x) with a learned beta."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from data import mnist1d

torch.manual_seed(0)


class Swish(nn.Module):
    def __init__(self):
        super().__init__()
        self.beta = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return x * torch.sigmoid(self.beta * x)


a, b, c, d = [torch.from_numpy(v) for v in mnist1d(3000)]
net = nn.Sequential(nn.Linear(40, 100), Swish(), nn.Linear(100, 100), Swish(), nn.Linear(100, 10))
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
loader = DataLoader(TensorDataset(a, b), batch_size=64, shuffle=True)
for epoch in range(15):
    for xb, yb in loader:
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(xb), yb)
        loss.backward()
        opt.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())
print("accuracy", (net(c).argmax(1) == d).float().mean().item())
