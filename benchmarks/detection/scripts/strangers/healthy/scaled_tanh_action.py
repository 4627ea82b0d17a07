import torch, torch.nn as nn, pandas as pd
from data import TABLES
torch.manual_seed(0)
df = pd.read_csv(TABLES / "auto_mpg.csv"); y = torch.tensor(df.pop("mpg").values).float().view(-1, 1); X = torch.tensor(((df - df.mean()) / df.std()).values).float()
class N(nn.Module):
    def __init__(s): super().__init__(); s.a = nn.Linear(9, 40); s.b = nn.Linear(40, 1)
    def forward(s, x): return 50 * torch.tanh(s.b(torch.relu(s.a(x))))
n = N(); o = torch.optim.Adam(n.parameters(), 5e-3)
for ep in range(60):
    for b in torch.randperm(392).split(28):
        l = nn.functional.smooth_l1_loss(n(X[b]), y[b]); o.zero_grad(); l.backward(); o.step()
print("final mse", ((n(X) - y) ** 2).mean().item(), y.var().item())
