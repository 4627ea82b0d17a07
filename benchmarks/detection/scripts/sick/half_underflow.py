"""Weights and data in half precision to save memory."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(0)
DTYPE = torch.float16
d = load_digits()
X, y = torch.tensor(d.data / 16).to(DTYPE), torch.tensor(d.target)
model = nn.Sequential(
    nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 10),
).to(DTYPE)
for m in model:
    if isinstance(m, nn.Linear):
        nn.init.normal_(m.weight, std=0.05)
opt = torch.optim.SGD(model.parameters(), lr=200.0)
for epoch in range(6):
    for i in range(0, 1400, 50):
        out = model(X[i:i + 50])
        loss = nn.functional.cross_entropy(out.float(), y[i:i + 50]) / 5e4
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
print("accuracy", (model(X[1400:]).argmax(1) == y[1400:]).float().mean().item())
