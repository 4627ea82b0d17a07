"""Ten sigmoid layers, as modules."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
X = torch.tensor((X - 5) / 6, dtype=torch.float32)
y = torch.tensor(y)
modules = [nn.Linear(64, 64), nn.Sigmoid()]
for _ in range(8):
    modules += [nn.Linear(64, 64), nn.Sigmoid()]
modules.append(nn.Linear(64, 10))
model = nn.Sequential(*modules)
opt = torch.optim.SGD(model.parameters(), lr=0.1)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(12):
    for i in range(0, 1400, 35):
        opt.zero_grad()
        loss = loss_fn(model(X[i:i + 35]), y[i:i + 35])
        loss.backward()
        opt.step()
    print(epoch, loss.item())
print("accuracy", (model(X[1400:]).argmax(1) == y[1400:]).float().mean().item())
