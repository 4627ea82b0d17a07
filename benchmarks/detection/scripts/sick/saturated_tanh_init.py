"""Tanh network with normally distributed weights."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(0)
digits = load_digits()
X = torch.tensor(digits.data / 16 - 0.3, dtype=torch.float32)
y = torch.tensor(digits.target)
net = nn.Sequential(
    nn.Linear(64, 100), nn.Tanh(),
    nn.Linear(100, 100), nn.Tanh(),
    nn.Linear(100, 100), nn.Tanh(),
    nn.Linear(100, 10),
)
for layer in net:
    if isinstance(layer, nn.Linear):
        nn.init.normal_(layer.weight, mean=0.0, std=2.0)
opt = torch.optim.SGD(net.parameters(), lr=0.01)
for epoch in range(15):
    for i in range(0, 1400, 20):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(X[i:i + 20]), y[i:i + 20])
        loss.backward()
        opt.step()
    print(epoch, loss.item())
print("accuracy", (net(X[1400:]).argmax(1) == y[1400:]).float().mean().item())
