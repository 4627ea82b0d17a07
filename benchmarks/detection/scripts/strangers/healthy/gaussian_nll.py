import torch, torch.nn as nn
torch.manual_seed(0)
x = torch.rand(1500, 1) * 4 - 2; y = x ** 3 / 4 + 0.05 * (1 + x.abs()) * torch.randn_like(x)
class Net(nn.Module):
    def __init__(s):
        super().__init__(); s.f = nn.Sequential(nn.Linear(1, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh()); s.m = nn.Linear(48, 1); s.v = nn.Linear(48, 1)
    def forward(s, x): h = s.f(x); return s.m(h), torch.exp(s.v(h))
n = Net(); o = torch.optim.Adam(n.parameters(), 3e-3); nll = nn.GaussianNLLLoss()
for it in range(1500):
    i = torch.randint(0, 1500, (64,)); m, v = n(x[i]); l = nll(m, y[i], v); o.zero_grad(); l.backward(); o.step()
    if it % 300 == 0: print(it, l.item())
print("final", l.item(), ((n(x)[0] - y) ** 2).mean().item(), y.var().item())
