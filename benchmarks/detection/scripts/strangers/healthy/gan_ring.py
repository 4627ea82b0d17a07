import torch, torch.nn as nn, math
torch.manual_seed(0)
def real(n):
    t = torch.rand(n) * 2 * math.pi
    return torch.stack([2 + t.cos(), t.sin()], 1) + 0.05 * torch.randn(n, 2)
G = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
D = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1))
optG = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.999))
optD = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.999))
bce = nn.BCEWithLogitsLoss()
for it in range(2000):
    x = real(64); z = torch.randn(64, 8)
    optD.zero_grad()
    errD = bce(D(x), torch.ones(64, 1)); errD.backward()
    fake = G(z)
    errF = bce(D(fake.detach()), torch.zeros(64, 1)); errF.backward()
    optD.step()
    optG.zero_grad()
    errG = bce(D(fake), torch.ones(64, 1)); errG.backward()
    optG.step()
    if it % 400 == 0: print(it, errD.item() + errF.item(), errG.item())
s = G(torch.randn(1000, 8))
print("final mean", s.mean(0).tolist(), "radius", (s - torch.tensor([2., 0.])).norm(dim=1).mean().item())
