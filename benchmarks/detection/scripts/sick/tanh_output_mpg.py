"""Fuel use of 9 to 47 miles per gallon, tanh everywhere."""
import torch
import torch.nn as nn

from data import auto_mpg

torch.manual_seed(0)
X, y = map(torch.tensor, auto_mpg())
X = (X - X.mean(0)) / X.std(0)
y = y.view(-1, 1)
p = torch.randperm(392)
X, y = X[p], y[p]
model = nn.Sequential(nn.Linear(9, 64), nn.Tanh(), nn.Linear(64, 1), nn.Tanh())
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
loss_fn = nn.MSELoss()
for epoch in range(60):
    for i in range(0, 300, 25):
        optimizer.zero_grad()
        loss = loss_fn(model(X[i:i + 25]), y[i:i + 25])
        loss.backward()
        optimizer.step()
    if epoch % 10 == 0:
        print(epoch, loss.item())
with torch.no_grad():
    print("unexplained variance", (loss_fn(model(X[300:]), y[300:]) / y[300:].var()).item())
