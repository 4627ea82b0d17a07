"""Digits with raw 0 to 16 pixels: not standardised, and no harm done."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X).float(), torch.tensor(y)
model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
loss_fn = nn.CrossEntropyLoss()
opt = torch.optim.Adam(model.parameters())
for epoch in range(12):
    perm = torch.randperm(1400)
    for i in range(0, 1400, 32):
        k = perm[i:i + 32]
        pred = model(X[k])
        loss = loss_fn(pred, y[k])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
print("accuracy", (model(X[1400:]).argmax(1) == y[1400:]).float().mean().item())
