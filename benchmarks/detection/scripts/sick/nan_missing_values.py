"""A table with a few empty cells."""
import numpy as np
import torch
import torch.nn as nn

from data import income

torch.manual_seed(0)
X, y = income(3000)
X = (X - X.mean(0)) / X.std(0)
X[np.random.default_rng(0).integers(0, 3000, 5), 2] = np.nan
X, y = torch.tensor(X), torch.tensor(y).unsqueeze(1)
model = nn.Sequential(nn.Linear(14, 32), nn.Tanh(), nn.Linear(32, 1))
loss_fn = nn.BCEWithLogitsLoss()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(6):
    for i in range(0, 2500, 50):
        loss = loss_fn(model(X[i:i + 50]), y[i:i + 50])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("epoch", epoch, "loss", loss.item())
with torch.no_grad():
    print("loss on the rest", loss_fn(model(X[2500:]), y[2500:]).item())
