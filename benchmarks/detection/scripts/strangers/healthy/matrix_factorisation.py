import torch, torch.nn as nn
torch.manual_seed(0)
U, I = 200, 150; pu, qi = torch.randn(U, 4), torch.randn(I, 4)
u = torch.randint(0, U, (12000,)); i = torch.randint(0, I, (12000,)); r = (3 + (pu[u] * qi[i]).sum(1) * 0.6 + 0.1 * torch.randn(12000)).clamp(0, 6)
class MF(nn.Module):
    def __init__(s):
        super().__init__(); s.P = nn.Embedding(U, 8); s.Q = nn.Embedding(I, 8); s.bu = nn.Embedding(U, 1); s.bi = nn.Embedding(I, 1); s.mu = nn.Parameter(torch.zeros(1))
        for e in (s.P, s.Q): nn.init.normal_(e.weight, 0, 0.05)
        for e in (s.bu, s.bi): nn.init.zeros_(e.weight)
    def forward(s, u, i): return (s.P(u) * s.Q(i)).sum(1) + s.bu(u)[:, 0] + s.bi(i)[:, 0] + s.mu
m = MF(); opt = torch.optim.Adam(m.parameters(), 0.02, weight_decay=1e-5)
for ep in range(8):
    for b in torch.randperm(12000).split(128):
        l = ((m(u[b], i[b]) - r[b]) ** 2).mean(); opt.zero_grad(); l.backward(); opt.step()
    print(ep, l.item())
print("final", l.item(), r.var().item())
