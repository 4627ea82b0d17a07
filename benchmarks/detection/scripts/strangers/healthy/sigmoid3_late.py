import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); x = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target)
net = nn.Sequential(nn.Linear(64, 64), nn.Sigmoid(), nn.Linear(64, 64), nn.Sigmoid(), nn.Linear(64, 64), nn.Sigmoid(), nn.Linear(64, 10)); opt = torch.optim.Adam(net.parameters(), 1e-3)
for ep in range(60):
    for b in torch.randperm(1797).split(40):
        l = nn.functional.cross_entropy(net(x[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
    if ep % 6 == 0: print(ep, l.item())
print("final", l.item(), (net(x).argmax(1) == y).float().mean().item())
