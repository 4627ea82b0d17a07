import torch, torch.nn as nn, pandas as pd
from data import TABLES
torch.manual_seed(0)
df = pd.read_csv(TABLES / "auto_mpg.csv")
mpg = torch.tensor((df.mpg - df.mpg.mean()).values / df.mpg.std()).float(); region = torch.tensor(df[["europe", "japan", "usa"]].values.argmax(1))
x = df[["cylinders", "displacement", "horsepower", "weight", "acceleration", "model_year"]]; x = torch.tensor(((x - x.mean()) / x.std()).values).float()
class MT(nn.Module):
    def __init__(s):
        super().__init__(); s.t = nn.Sequential(nn.Linear(6, 48), nn.SiLU(), nn.Linear(48, 48), nn.SiLU()); s.r = nn.Linear(48, 1); s.c = nn.Linear(48, 3)
    def forward(s, x): h = s.t(x); return s.r(h).squeeze(1), s.c(h)
m = MT(); opt = torch.optim.AdamW(m.parameters(), lr=2e-3)
for ep in range(80):
    for b in torch.randperm(392).split(28):
        r, c = m(x[b]); lr_ = nn.functional.mse_loss(r, mpg[b]); lc = nn.functional.cross_entropy(c, region[b])
        loss = lr_ + 0.05 * lc; opt.zero_grad(); loss.backward(); opt.step()
    if ep % 16 == 0: print(ep, lr_.item(), lc.item())
r, c = m(x); print("final", ((r - mpg) ** 2).mean().item(), (c.argmax(1) == region).float().mean().item())
