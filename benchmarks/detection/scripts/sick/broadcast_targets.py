"""Predictions (N, 1), targets (N,)."""
import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes

torch.manual_seed(0)
X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X * 21, dtype=torch.float32)
y = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(30):
    for i in torch.randperm(350).split(25):
        outputs = model(X[i])
        loss = criterion(outputs, y[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(f"Epoch {epoch}, Loss {loss.item()}")
with torch.no_grad():
    error = (model(X[350:]).squeeze(1) - y[350:]).pow(2).mean()
print("unexplained variance", (error / y[350:].var()).item())
