"""House-price-like targets in the hundred thousands."""
import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes

torch.manual_seed(0)
X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X * 21, dtype=torch.float32)
price = torch.tensor(y * 2500.0, dtype=torch.float32).view(-1, 1)
target = price
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(60):
    for i in torch.randperm(350).split(35):
        loss = nn.functional.mse_loss(model(X[i]), target[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 10 == 0:
        print(epoch, loss.item())
with torch.no_grad():
    error = nn.functional.mse_loss(model(X[350:]), target[350:])
print("unexplained variance", (error / target[350:].var()).item())
