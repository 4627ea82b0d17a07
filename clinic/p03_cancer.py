"""Benign or malignant. It learns at first, then the loss swings ever more wildly."""

import torch
from sklearn.datasets import load_breast_cancer
from torch import nn

torch.manual_seed(0)
features, labels = load_breast_cancer(return_X_y=True)
x = torch.tensor(features, dtype=torch.float32)
x, y = (x - x.mean(0)) / x.std(0), torch.tensor(labels, dtype=torch.float32)[:, None]

model = nn.Sequential(nn.Linear(30, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
for step in range(300):
    rows = torch.randint(len(y), (64,))
    loss = nn.functional.binary_cross_entropy_with_logits(model(x[rows]), y[rows])
    loss.backward()
    optimizer.step()
with torch.no_grad():
    print("loss", nn.functional.binary_cross_entropy_with_logits(model(x), y).item())
