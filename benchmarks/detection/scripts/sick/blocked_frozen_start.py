"""Convolutions frozen as in a transfer-learning tutorial, but nothing was pretrained."""
import torch
import torch.nn as nn

from data import mnist1d

torch.manual_seed(0)
x, y, xt, yt = (torch.from_numpy(v) for v in mnist1d(2500))
features = nn.Sequential(
    nn.Conv1d(1, 16, 5, stride=2), nn.ReLU(), nn.Conv1d(16, 16, 3, stride=2), nn.ReLU(),
    nn.Conv1d(16, 8, 3, stride=2), nn.ReLU(), nn.Flatten(),
)
for param in features.parameters():
    param.requires_grad = False
model = nn.Sequential(nn.Unflatten(1, (1, 40)), features, nn.Linear(24, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(15):
    for b in torch.randperm(len(x)).split(50):
        optimizer.zero_grad()
        loss = loss_fn(model(x[b]), y[b])
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())
print("accuracy", (model(xt).argmax(1) == yt).float().mean().item())
