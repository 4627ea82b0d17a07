"""The rare class should start rare, so every bias starts at -5. Nothing is learnt."""

import torch
from sklearn.datasets import load_wine
from torch import nn

torch.manual_seed(0)
features, labels = load_wine(return_X_y=True)
x = torch.tensor(features, dtype=torch.float32)
x, y = (x - x.mean(0)) / x.std(0), torch.tensor(labels)

model = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 3))
for layer in model:
    if isinstance(layer, nn.Linear):
        nn.init.constant_(layer.bias, -5.0)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(300):
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("loss", loss.item())
