import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target == 3).float()
net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1), nn.Sigmoid()); opt = torch.optim.Adam(net.parameters(), 2e-3)
def focal(p, t, g=2.):
    p = p.clamp(1e-6, 1 - 1e-6); pt = torch.where(t > .5, p, 1 - p); return (-(1 - pt) ** g * pt.log()).mean()
for ep in range(25):
    for b in torch.randperm(1500).split(32):
        l = focal(net(X[b]).squeeze(1), y[b]); opt.zero_grad(); l.backward(); opt.step()
p = net(X[1500:]).squeeze(1) > .5
print("final", l.item(), "recall", (p & (y[1500:] > .5)).sum().item() / y[1500:].sum().item())
