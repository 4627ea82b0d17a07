"""Eight ReLU layers, weights initialised close to zero."""
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

from data import mnist

torch.manual_seed(0)
X, y = mnist(2500)
X = torch.tensor(X) / 255 - 0.13
y = torch.tensor(y)


def init(m):
    if type(m) is nn.Linear:
        torch.nn.init.normal_(m.weight, std=0.01)
        m.bias.data.fill_(0)


sizes = [784] + [100] * 7
layers = []
for i in range(7):
    layers.append(nn.Linear(sizes[i], sizes[i + 1]))
    layers.append(nn.ReLU())
layers.append(nn.Linear(100, 10))
model = nn.Sequential(*layers)
model.apply(init)
loader = DataLoader(TensorDataset(X[:2000], y[:2000]), batch_size=50, shuffle=True)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(6):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}, loss {loss.item()}")
print("accuracy", (model(X[2000:]).argmax(1) == y[2000:]).float().mean().item())
