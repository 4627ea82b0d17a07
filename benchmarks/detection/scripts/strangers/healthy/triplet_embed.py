import torch, torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target)
net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 8))
opt = torch.optim.Adam(net.parameters(), 1e-3); crit = nn.TripletMarginLoss(0.5)
groups = [torch.nonzero(y[:1400] == c).flatten() for c in range(10)]
def pick(g): return g[torch.randint(len(g), (1,))]
for it in range(700):
    cs = torch.randint(10, (32,)); ns = (cs + torch.randint(1, 10, (32,))) % 10
    a = torch.cat([pick(groups[c]) for c in cs]); p = torch.cat([pick(groups[c]) for c in cs]); n = torch.cat([pick(groups[c]) for c in ns])
    l = crit(net(X[a]), net(X[p]), net(X[n])); opt.zero_grad(); l.backward(); opt.step()
    if it % 100 == 0: print(it, l.item())
with torch.no_grad():
    k = KNeighborsClassifier(5).fit(net(X[:1400]), y[:1400]); print("final", l.item(), k.score(net(X[1400:]), y[1400:]))
