import torch, torch.nn as nn, math
torch.manual_seed(0)
def real(n):
    t = torch.rand(n) * 2 * math.pi
    return torch.stack([2 + t.cos(), t.sin()], 1) + 0.05 * torch.randn(n, 2)
G = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
D = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
opt_g = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.999))
opt_d = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.999))
bce = nn.BCEWithLogitsLoss()
one, zero = torch.ones(64, 1), torch.zeros(64, 1)
for it in range(1200):
    x, z = real(64), torch.randn(64, 8)
    opt_d.zero_grad()
    ld = bce(D(x), one) + bce(D(G(z).detach()), zero)
    ld.backward()
    opt_d.step()
    opt_g.zero_grad()
    lg = bce(D(G(torch.randn(64, 8))), one)
    lg.backward()
    opt_g.step()
    if it % 200 == 0: print(it, ld.item(), lg.item())
s = G(torch.randn(1000, 8))
print("final mean of samples", s.mean(0).tolist(), "should be [2, 0]")
