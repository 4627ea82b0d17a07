"""Pretrain on digits 0-4, freeze the convolutions, train a new head on digits 5-9."""
import torch
from torch import nn, optim

from data import mnist

torch.manual_seed(0)
X, y = mnist(4000)
X = (torch.tensor(X) / 127.5 - 1).reshape(-1, 1, 28, 28)
y = torch.tensor(y)
old, new = y < 5, y >= 5

backbone = nn.Sequential(
    nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(), nn.Conv2d(8, 16, 5, stride=2), nn.ReLU(), nn.Flatten(),
)
head = nn.Linear(16 * 4 * 4, 5)
loss_fn = nn.CrossEntropyLoss()


def fit(parameters, images, labels, epochs):
    opt = optim.Adam(parameters, lr=2e-3)
    for _ in range(epochs):
        for b in torch.randperm(len(images)).split(50):
            opt.zero_grad()
            loss = loss_fn(head(backbone(images[b])), labels[b])
            loss.backward()
            opt.step()
        print("loss", loss.item())


fit([*backbone.parameters(), *head.parameters()], X[old][:1500], y[old][:1500], 3)
for p in backbone.parameters():
    p.requires_grad = False
head = nn.Linear(16 * 4 * 4, 5)
fit(head.parameters(), X[new][:1500], y[new][:1500] - 5, 3)
with torch.no_grad():
    predicted = head(backbone(X[new][1500:])).argmax(1)
print("new digits accuracy:", (predicted == y[new][1500:] - 5).float().mean().item())
