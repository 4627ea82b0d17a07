"""Siamese distance with a plain square root."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(0)
d = load_digits()
X, y = torch.tensor(d.data / 16).float(), torch.tensor(d.target)
tower = nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 8))
opt = torch.optim.Adam(tower.parameters(), lr=3e-3)
tiny = 0.0


def distance(a, b):
    return torch.sqrt(((a - b) ** 2).sum(1) + tiny)


for step in range(300):
    i, j = torch.randint(0, 1400, (64,)), torch.randint(0, 1400, (64,))
    j[:4] = i[:4]
    same = (y[i] == y[j]).float()
    gap = distance(tower(X[i]), tower(X[j]))
    loss = (same * gap + (1 - same) * (2 - gap).clamp(min=0)).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 60 == 0:
        print(step, loss.item())
with torch.no_grad():
    i, j = torch.randint(1400, 1797, (800,)), torch.randint(1400, 1797, (800,))
    guess = distance(tower(X[i]), tower(X[j])) < 1
print("balanced pair accuracy", sum(
    (guess[(y[i] == y[j]) == truth] == truth).float().mean().item() for truth in (True, False)) / 2)
