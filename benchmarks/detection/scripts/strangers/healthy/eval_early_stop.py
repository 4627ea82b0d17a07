import copy, pandas as pd, torch, torch.nn as nn
from data import TABLES
torch.manual_seed(0)
df = pd.read_csv(TABLES / "income.csv.gz")
y = torch.tensor(df.pop("income").values).float(); X = torch.tensor(((df - df.mean()) / df.std()).values).float()
tr, va = slice(0, 6000), slice(6000, 8000)
net = nn.Sequential(nn.Linear(14, 64), nn.ELU(), nn.Dropout(0.3), nn.Linear(64, 32), nn.ELU(), nn.Linear(32, 1))
opt = torch.optim.RMSprop(net.parameters(), lr=1e-3); sch = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, patience=2)
best, bad, state = 9e9, 0, None
Xtr, ytr = X[tr], y[tr]
for ep in range(25):
    net.train()
    for b in torch.randperm(6000).split(128):
        opt.zero_grad(); l = nn.functional.binary_cross_entropy_with_logits(net(Xtr[b]).squeeze(-1), ytr[b]); l.backward(); opt.step()
    net.eval()
    with torch.no_grad():
        out = net(X[va]).squeeze(-1); vl = nn.functional.binary_cross_entropy_with_logits(out, y[va]).item()
        acc = ((out > 0).float() == y[va]).float().mean().item()
    sch.step(vl)
    print(ep, l.item(), vl, acc)
    if vl < best - 1e-4: best, bad, state = vl, 0, copy.deepcopy(net.state_dict())
    else: bad += 1
    if bad > 5: break
net.load_state_dict(state)
print("final", best, acc)
