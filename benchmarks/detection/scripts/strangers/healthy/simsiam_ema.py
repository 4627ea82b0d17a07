import torch, torch.nn as nn, torch.nn.functional as F, copy
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float()
enc = nn.Sequential(nn.Linear(64, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Linear(128, 32)); pred = nn.Sequential(nn.Linear(32, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 32))
tgt = copy.deepcopy(enc)
for p in tgt.parameters(): p.requires_grad = False
opt = torch.optim.Adam([*enc.parameters(), *pred.parameters()], 2e-3)
def aug(x): return (x + 0.15 * torch.randn_like(x)) * (torch.rand_like(x) > 0.2)
for ep in range(20):
    for b in torch.randperm(1797).split(64):
        a, c = aug(X[b]), aug(X[b])
        with torch.no_grad(): t = tgt(c)
        l = 2 - 2 * F.cosine_similarity(pred(enc(a)), t).mean(); opt.zero_grad(); l.backward(); opt.step()
        for p, q in zip(enc.parameters(), tgt.parameters()): q.data.lerp_(p.data, 0.05)
    if ep % 5 == 0: print(ep, l.item())
enc.eval(); Z = enc(X).detach().numpy()
print("final", l.item(), LogisticRegression(max_iter=500).fit(Z[:1400], d.target[:1400]).score(Z[1400:], d.target[1400:]))
