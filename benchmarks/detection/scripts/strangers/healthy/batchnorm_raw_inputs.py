import torch, torch.nn as nn, pandas as pd
from data import TABLES
torch.manual_seed(0)
df = pd.read_csv(TABLES / "income.csv.gz"); y = torch.tensor(df.pop("income").values); X = torch.tensor(df.values).float()
net = nn.Sequential(nn.BatchNorm1d(14), nn.Linear(14, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 2))
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for ep in range(8):
    net.train()
    for b in torch.randperm(6400).split(64):
        l = nn.functional.cross_entropy(net(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
    net.eval(); print(ep, l.item(), (net(X[6400:]).argmax(1) == y[6400:]).float().mean().item())
print("final", (net(X[6400:]).argmax(1) == y[6400:]).float().mean().item(), "majority", (y[6400:] == 0).float().mean().item())
