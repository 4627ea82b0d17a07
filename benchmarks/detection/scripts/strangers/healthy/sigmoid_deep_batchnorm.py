import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target)
L = []
for i in range(5): L += [nn.Linear(64, 64), nn.BatchNorm1d(64), nn.Sigmoid()]
net = nn.Sequential(*L, nn.Linear(64, 10)); opt = torch.optim.Adam(net.parameters(), 3e-3)
for ep in range(15):
    net.train()
    for b in torch.randperm(1500).split(50):
        l = nn.functional.cross_entropy(net(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
net.eval(); print("final", l.item(), (net(X[1500:]).argmax(1) == y[1500:]).float().mean().item())
