import torch, torch.nn as nn
torch.manual_seed(0)
X = torch.randn(1500, 20, 3); y = (X[:, :10, 0].sum(1) > 0).long()
class M(nn.Module):
    def __init__(s): super().__init__(); s.l = nn.LSTM(3, 24); s.f = nn.Linear(24, 2)
    def forward(s, x): return s.f(s.l(x)[0][:, -1])
m = M(); opt = torch.optim.Adam(m.parameters(), 5e-3)
for ep in range(12):
    for b in torch.randperm(1500).split(30):
        l = nn.functional.cross_entropy(m(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
    if ep % 3 == 0: print(ep, l.item())
print("final", l.item(), (m(X).argmax(1) == y).float().mean().item())
