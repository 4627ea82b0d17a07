"""Fuel use from car properties, inputs and target standardised."""
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

from data import auto_mpg

torch.manual_seed(0)
X, y = (torch.from_numpy(a) for a in auto_mpg())
order = torch.randperm(len(X))
X, y = X[order], y[order].unsqueeze(1)
X = (X - X[:300].mean(0)) / X[:300].std(0)
mu, sd = y[:300].mean(), y[:300].std()
target = (y - mu) / sd
loader = DataLoader(TensorDataset(X[:300], target[:300]), batch_size=16, shuffle=True)
model = nn.Sequential(nn.Linear(9, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
loss_fn = nn.MSELoss()
for epoch in range(25):
    total = 0.0
    for xb, yb in loader:
        loss = loss_fn(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(xb)
    if epoch % 5 == 0:
        print(epoch, total / 300)
model.eval()
with torch.no_grad():
    rest = ((model(X[300:]) - target[300:]) ** 2).mean() / target[300:].var()
print("unexplained variance", rest.item())
