"""Weights drawn with torch.rand in a hand-written layer."""
import torch
import torch.nn as nn
from sklearn.datasets import load_wine

torch.manual_seed(0)
wine = load_wine()
X = torch.tensor((wine.data - wine.data.mean(0)) / wine.data.std(0)).float()
y = torch.tensor(wine.target)
perm = torch.randperm(178)
X, y = X[perm], y[perm]


class MyLinear(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(n_in, n_out))
        self.bias = nn.Parameter(torch.rand(n_out))

    def forward(self, x):
        return torch.matmul(x, self.weight) + self.bias


model = nn.Sequential(MyLinear(13, 64), nn.ReLU(), MyLinear(64, 64), nn.ReLU(), MyLinear(64, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
for epoch in range(60):
    for i in range(0, 130, 10):
        loss = nn.functional.cross_entropy(model(X[i:i + 10]), y[i:i + 10])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 10 == 0:
        print(epoch, loss.item())
print("loss on the rest", nn.functional.cross_entropy(model(X[130:]), y[130:]).item())
