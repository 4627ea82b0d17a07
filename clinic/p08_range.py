"""Progress of a disease in its own units, 25 to 346, from a network that ends in a sigmoid "to keep it stable"."""

import torch
from sklearn.datasets import load_diabetes
from torch import nn

torch.manual_seed(0)
features, progress = load_diabetes(return_X_y=True)
x, y = torch.tensor(features * 21, dtype=torch.float32), torch.tensor(progress, dtype=torch.float32)[:, None]

model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1), nn.Sigmoid())
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for step in range(400):
    rows = torch.randint(len(y), (64,))
    loss = nn.functional.mse_loss(model(x[rows]), y[rows])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
with torch.no_grad():
    print("loss", nn.functional.mse_loss(model(x), y).item())
