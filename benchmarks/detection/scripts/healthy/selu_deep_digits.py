"""Eight SELU layers with LeCun initialisation, no normalisation needed."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(0)
d = load_digits()
X = torch.tensor(d.data, dtype=torch.float32)
X = (X - X.mean()) / X.std()
y = torch.tensor(d.target)


def mlp(width=64, depth=8):
    layers, size = [], 64
    for _ in range(depth):
        lin = nn.Linear(size, width)
        nn.init.kaiming_normal_(lin.weight, nonlinearity="linear")
        nn.init.zeros_(lin.bias)
        layers += [lin, nn.SELU(), nn.AlphaDropout(0.02)]
        size = width
    return nn.Sequential(*layers, nn.Linear(width, 10))


model = mlp()
opt = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
for epoch in range(10):
    model.train()
    for idx in torch.randperm(1400).split(32):
        loss = nn.functional.cross_entropy(model(X[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
model.eval()
print("accuracy", (model(X[1400:]).argmax(1) == y[1400:]).float().mean().item())
