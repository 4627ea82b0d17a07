"""An exponential schedule stepped once a batch."""
import torch
import torch.nn as nn

from data import mnist

torch.manual_seed(0)
X, y = mnist(3000)
X, y = torch.tensor(X) / 255, torch.tensor(y)
model = nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.7)
criterion = nn.CrossEntropyLoss()
for epoch in range(8):
    for idx in torch.randperm(2500).split(50):
        optimizer.zero_grad()
        loss = criterion(model(X[idx]), y[idx])
        loss.backward()
        optimizer.step()
        scheduler.step()
    print("epoch", epoch, "loss", loss.item())
print("accuracy", (model(X[2500:]).argmax(1) == y[2500:]).float().mean().item())
