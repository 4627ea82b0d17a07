import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target)
net = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 10)); opt = torch.optim.SGD(net.parameters(), lr=0.3)
sch = torch.optim.lr_scheduler.LambdaLR(opt, lambda t: min(1., (t / 600) ** 2))
for it in range(1500):
    b = torch.randint(0, 1500, (32,)); l = nn.functional.cross_entropy(net(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step(); sch.step()
    if it % 150 == 0: print(it, l.item())
print("final", l.item(), (net(X[1500:]).argmax(1) == y[1500:]).float().mean().item())
