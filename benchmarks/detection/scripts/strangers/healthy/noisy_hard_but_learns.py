import pandas as pd, torch, torch.nn as nn
from data import TABLES
torch.manual_seed(0)
df = pd.read_csv(TABLES / "drawn_patients.csv"); y = torch.tensor(df.pop("chd").values).float(); X = torch.tensor(((df - df.mean()) / df.std()).values).float()
net = nn.Sequential(nn.Linear(9, 32), nn.ReLU(), nn.Dropout(.5), nn.Linear(32, 1)); opt = torch.optim.Adam(net.parameters(), 2e-3, weight_decay=1e-2); f = nn.BCEWithLogitsLoss()
for ep in range(40):
    net.train()
    for b in torch.randperm(462).split(16):
        l = f(net(X[b]).squeeze(1), y[b]); opt.zero_grad(); l.backward(); opt.step()
net.eval(); o = net(X).squeeze(1); print("final", f(o, y).item(), ((o > 0).float() == y).float().mean().item())
