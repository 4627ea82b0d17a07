import torch, torch.nn as nn, torch.nn.functional as F
from sklearn.datasets import load_digits
torch.manual_seed(0)
x = torch.tensor(load_digits().data / 16).float()
class VAE(nn.Module):
    def __init__(s):
        super().__init__()
        s.e = nn.Sequential(nn.Linear(64, 96), nn.ReLU()); s.mu = nn.Linear(96, 6); s.lv = nn.Linear(96, 6)
        s.d = nn.Sequential(nn.Linear(6, 96), nn.ReLU(), nn.Linear(96, 64), nn.Sigmoid())
    def forward(s, x):
        h = s.e(x); mu, lv = s.mu(h), s.lv(h)
        return s.d(mu + torch.randn_like(mu) * (lv / 2).exp()), mu, lv
m = VAE(); opt = torch.optim.Adam(m.parameters(), 2e-3)
for ep in range(30):
    tot = 0
    for b in torch.randperm(len(x)).split(64):
        r, mu, lv = m(x[b])
        l = F.binary_cross_entropy(r, x[b], reduction="sum") - 0.5 * (1 + lv - mu ** 2 - lv.exp()).sum()
        opt.zero_grad(); l.backward(); opt.step(); tot += l.item()
    if ep % 6 == 0: print(ep, tot / len(x))
print("final", tot / len(x))
