"""Ten layers ought to be better than two. The loss does not move at all."""

import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(0)
images, labels = load_digits(return_X_y=True)
x, y = torch.tensor(images / 8 - 1, dtype=torch.float32), torch.tensor(labels)

layers = [nn.Linear(64, 64), nn.Sigmoid()]
for _ in range(8):
    layers += [nn.Linear(64, 64), nn.Sigmoid()]
model = nn.Sequential(*layers, nn.Linear(64, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for step in range(250):
    rows = torch.randint(len(y), (128,))
    loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("loss", loss.item())
