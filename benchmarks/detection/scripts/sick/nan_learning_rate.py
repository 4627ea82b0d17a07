"""Regression on the fuel table with SGD."""
import torch
import torch.nn as nn

from data import auto_mpg

torch.manual_seed(0)
X, y = map(torch.tensor, auto_mpg())
X = (X - X.mean(0)) / X.std(0)
y = ((y - y.mean()) / y.std()).unsqueeze(1)
net = nn.Sequential(nn.Linear(9, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=3.0)
for epoch in range(20):
    for i in range(0, 390, 30):
        out = net(X[i:i + 30])
        loss = ((out - y[i:i + 30]) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
with torch.no_grad():
    print("unexplained variance", ((net(X) - y) ** 2).mean().item())
