"""Discriminative learning rates, as for a pretrained body; this one is fresh."""
import torch
import torch.nn as nn

from data import mnist1d

torch.manual_seed(0)
x, y, xt, yt = (torch.from_numpy(v) for v in mnist1d(3000))
body = nn.Sequential(nn.Linear(40, 64), nn.ReLU(), nn.Linear(64, 16), nn.ReLU())
head = nn.Linear(16, 10)
optimizer = torch.optim.Adam([
    {"params": body.parameters(), "lr": 1e-8},
    {"params": head.parameters(), "lr": 3e-3},
])
loss_fn = nn.CrossEntropyLoss()
for epoch in range(15):
    for b in torch.randperm(len(x)).split(60):
        loss = loss_fn(head(body(x[b])), y[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())
print("accuracy", (head(body(xt)).argmax(1) == yt).float().mean().item())
