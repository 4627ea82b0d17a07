"""Regression with full-batch gradient descent; the loss jumps up and down."""
import torch
import torch.nn as nn

from data import auto_mpg

torch.manual_seed(0)
X, y = map(torch.tensor, auto_mpg())
X = (X - X.mean(0)) / X.std(0)
y = ((y - y.mean()) / y.std()).view(-1, 1)
model = nn.Sequential(nn.Linear(9, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=2.0)
for epoch in range(200):
    loss = nn.functional.l1_loss(model(X), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 10 < 2:
        print(epoch, loss.item())
print("final loss", loss.item())
