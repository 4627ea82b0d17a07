import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target)
net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)); opt = torch.optim.SGD(net.parameters(), lr=0.05)
sch = torch.optim.lr_scheduler.StepLR(opt, step_size=12, gamma=10)
for ep in range(48):
    for b in torch.randperm(1500).split(30):
        l = nn.functional.cross_entropy(net(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
    sch.step()
    if ep % 4 == 0: print(ep, l.item())
print("final", l.item(), (net(X[1500:]).argmax(1) == y[1500:]).float().mean().item())
