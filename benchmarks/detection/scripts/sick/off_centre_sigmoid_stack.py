"""Digits through three sigmoid layers with SGD."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(0)
d = load_digits()
X = torch.tensor(d.data / 16, dtype=torch.float32)
t = torch.tensor(d.target)
layers = []
for a, b in ((64, 64), (64, 64), (64, 64)):
    lin = nn.Linear(a, b)
    nn.init.xavier_normal_(lin.weight, gain=3.0)
    layers += [lin, nn.Sigmoid()]
model = nn.Sequential(*layers, nn.Linear(64, 10))
opt = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(12):
    for i in torch.randperm(1400).split(32):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(model(X[i]), t[i])
        loss.backward()
        opt.step()
    print(epoch, loss.item())
print("accuracy", (model(X[1400:]).argmax(1) == t[1400:]).float().mean().item())
