import torch, torch.nn as nn
from mnist1d.data import make_dataset, get_dataset_args
torch.manual_seed(0)
d = make_dataset(get_dataset_args()); x = torch.tensor(d["x"]).float(); y = torch.tensor(d["y"])
net = nn.Sequential(nn.Linear(40, 100), nn.ReLU(), nn.Linear(100, 100), nn.ReLU(), nn.Linear(100, 10))
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=1.0)
for ep in range(20):
    for b in torch.randperm(4000).split(64):
        l = nn.functional.cross_entropy(net(x[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
    if ep % 4 == 0: print(ep, l.item())
print("final", l.item(), (net(x).argmax(1) == y).float().mean().item())
