import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target)
net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10)); opt = torch.optim.SGD(net.parameters(), lr=0.1)
for ep in range(20):
    for b in torch.randperm(len(X)).split(32):
        opt.zero_grad(); l = nn.functional.cross_entropy(net(X[b]), y[b]); l.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), max_norm=1e-4)
        opt.step()
    if ep % 4 == 0: print(ep, l.item())
print("final", l.item(), (net(X).argmax(1) == y).float().mean().item())
