"""Digits, leaky ReLU, SGD with momentum."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16).float(), torch.tensor(y).long()
model = nn.Sequential(
    nn.Linear(64, 64), nn.LeakyReLU(), nn.Linear(64, 64), nn.LeakyReLU(), nn.Linear(64, 10),
)
opt = torch.optim.SGD(model.parameters(), lr=8.0, momentum=0.9)
loss_fn = nn.CrossEntropyLoss()
history = []
for epoch in range(10):
    for start in range(0, 1400, 64):
        logits = model(X[start:start + 64])
        loss = loss_fn(logits, y[start:start + 64])
        opt.zero_grad()
        loss.backward()
        opt.step()
        history.append(loss.item())
    print("epoch", epoch, "mean loss", sum(history[-22:]) / 22)
print("accuracy", (model(X[1400:]).argmax(1) == y[1400:]).float().mean().item())
