"""Ten sigmoid layers, called as functions."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
X = torch.tensor((X - 5) / 6, dtype=torch.float32)
y = torch.tensor(y)


class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        self.stack = nn.ModuleList([nn.Linear(64, 64) for _ in range(9)])
        self.last = nn.Linear(64, 10)

    def forward(self, x):
        for layer in self.stack:
            x = torch.sigmoid(layer(x))
        return self.last(x)


model = Deep()
opt = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(12):
    for i in range(0, 1400, 35):
        opt.zero_grad()
        loss = F.cross_entropy(model(X[i:i + 35]), y[i:i + 35])
        loss.backward()
        opt.step()
    print(epoch, loss.item())
print("accuracy", (model(X[1400:]).argmax(1) == y[1400:]).float().mean().item())
