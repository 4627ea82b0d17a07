import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target)
net = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 10), nn.Tanh())
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for ep in range(30):
    for b in torch.randperm(len(X)).split(64):
        l = nn.CrossEntropyLoss()(net(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
    if ep % 6 == 0: print(ep, l.item())
print("final", l.item(), (net(X).argmax(1) == y).float().mean().item())
