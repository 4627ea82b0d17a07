"""A siamese network: same digit or not, contrastive loss."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(0)
d = load_digits()
X = torch.tensor(d.data / 16, dtype=torch.float32)
y = torch.tensor(d.target)


class Tower(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 16))

    def forward(self, a, b):
        return self.net(a), self.net(b)


def pairs(n, low, high):
    a, b = torch.randint(low, high, (n,)), torch.randint(low, high, (n,))
    same_digit = torch.stack([torch.nonzero(y[low:high] == y[i])[0, 0] + low for i in a[:n // 2]])
    b[:n // 2] = same_digit
    return a, b, (y[a] == y[b]).float()


model = Tower()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for it in range(300):
    a, b, same = pairs(64, 0, 1400)
    za, zb = model(X[a], X[b])
    dist = F.pairwise_distance(za, zb)
    loss = (same * dist.pow(2) + (1 - same) * F.relu(1.5 - dist).pow(2)).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 100 == 0:
        print(it, loss.item())
with torch.no_grad():
    a, b, same = pairs(800, 1400, 1797)
    za, zb = model(X[a], X[b])
    print("pair accuracy", ((F.pairwise_distance(za, zb) < 0.8).float() == same).float().mean().item())
