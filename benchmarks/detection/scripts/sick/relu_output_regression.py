"""Standardised fuel use, ReLU after the last layer."""
import torch
import torch.nn as nn

from data import auto_mpg

torch.manual_seed(0)
X, y = map(torch.tensor, auto_mpg())
X = (X - X.mean(0)) / X.std(0)
y = ((y - y.mean()) / y.std()).view(-1, 1)
p = torch.randperm(392)
X, y = X[p], y[p]
model = nn.Sequential(nn.Linear(9, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1), nn.ReLU())
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
loss_fn = nn.MSELoss()
for epoch in range(30):
    for i in range(0, 300, 20):
        optimizer.zero_grad()
        loss = loss_fn(model(X[i:i + 20]), y[i:i + 20])
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())
with torch.no_grad():
    print("unexplained variance", (loss_fn(model(X[300:]), y[300:]) / y[300:].var()).item())
