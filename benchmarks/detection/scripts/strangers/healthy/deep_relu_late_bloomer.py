import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target)
L = [nn.Linear(64, 48), nn.ReLU()]
for _ in range(5): L += [nn.Linear(48, 48), nn.ReLU()]
net = nn.Sequential(*L, nn.Linear(48, 10)); opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
for ep in range(30):
    for b in torch.randperm(1500).split(50):
        l = nn.functional.cross_entropy(net(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
    if ep % 3 == 0: print(ep, l.item())
print("final", l.item(), (net(X[1500:]).argmax(1) == y[1500:]).float().mean().item())
