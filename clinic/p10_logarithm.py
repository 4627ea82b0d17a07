"""A cross-entropy written by hand, after the formula in the book. It goes well for four steps; then it is NaN."""

import torch
from sklearn.datasets import load_breast_cancer
from torch import nn

torch.manual_seed(0)
features, labels = load_breast_cancer(return_X_y=True)
x = torch.tensor(features, dtype=torch.float32)
x, y = (x - x.mean(0)) / x.std(0), torch.tensor(labels, dtype=torch.float32)[:, None]

model = nn.Sequential(nn.Linear(30, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for step in range(300):
    p = torch.sigmoid(model(x))
    loss = -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("loss", loss.item())
