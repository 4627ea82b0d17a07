import torch, torch.nn as nn, torch.nn.functional as F
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale
torch.manual_seed(0)
X, y = load_breast_cancer(return_X_y=True); X = torch.tensor(scale(X)).float(); y = torch.tensor(y).float()
class Deep(nn.Module):
    def __init__(s):
        super().__init__(); s.first = nn.Linear(30, 32); s.mid = nn.ModuleList(nn.Linear(32, 32) for _ in range(11)); s.last = nn.Linear(32, 1)
    def forward(s, x):
        for l in [s.first, *s.mid]: x = F.sigmoid(l(x))
        return s.last(x).squeeze(1)
m = Deep(); opt = torch.optim.Adam(m.parameters(), 1e-3)
for ep in range(40):
    for b in torch.randperm(569).split(32):
        l = F.binary_cross_entropy_with_logits(m(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
    if ep % 8 == 0: print(ep, l.item())
print("final", l.item(), ((m(X) > 0).float() == y).float().mean().item())
