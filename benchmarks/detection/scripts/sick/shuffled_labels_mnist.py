"""Images and labels shuffled, each on its own."""
import numpy as np
import torch
import torch.nn as nn

from data import mnist

torch.manual_seed(0)
X, y = mnist(2500)
train_X, train_y = X[:2000], y[:2000]
rng = np.random.default_rng(1)
train_X = train_X[rng.permutation(2000)]
train_y = train_y[rng.permutation(2000)]
train_X, train_y = torch.tensor(train_X) / 255, torch.tensor(train_y)
model = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(6):
    for i in range(0, 2000, 40):
        optimizer.zero_grad()
        loss = loss_fn(model(train_X[i:i + 40]), train_y[i:i + 40])
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "loss", loss.item())
print("accuracy", (model(torch.tensor(X[2000:]) / 255).argmax(1) == torch.tensor(y[2000:])).float().mean().item())
