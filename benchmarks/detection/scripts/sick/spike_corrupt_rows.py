"""Fuel use; now and then a row was typed in without its decimal point."""
import torch
import torch.nn as nn

from data import auto_mpg

torch.manual_seed(0)
X, y = map(torch.tensor, auto_mpg())
perm = torch.randperm(len(X))
X, y = X[perm], y[perm, None]
X = (X - X.mean(0)) / X.std(0)
y = (y - y.mean()) / y.std()
train_X, train_y = X[:300].clone(), y[:300].clone()
train_y[::60] *= 3000
model = nn.Sequential(nn.Linear(9, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss_fn = nn.MSELoss()
for epoch in range(40):
    for i in torch.randperm(300).split(10):
        optimizer.zero_grad()
        loss = loss_fn(model(train_X[i]), train_y[i])
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())
with torch.no_grad():
    print("unexplained variance", (loss_fn(model(X[300:]), y[300:]) / y[300:].var()).item())
