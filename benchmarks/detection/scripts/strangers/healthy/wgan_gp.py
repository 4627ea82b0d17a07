import torch, torch.nn as nn
torch.manual_seed(0)
def real(n): return torch.randn(n, 2) @ torch.tensor([[1., .5], [0., .3]]) + torch.tensor([1., -1.])
G = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2)); C = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(.2), nn.Linear(64, 1))
og = torch.optim.Adam(G.parameters(), 1e-3, betas=(0., .9)); oc = torch.optim.Adam(C.parameters(), 2e-3, betas=(0., .9))
for it in range(700):
    for _ in range(3):
        x = real(64); f = G(torch.randn(64, 4)).detach(); e = torch.rand(64, 1); m = (e * x + (1 - e) * f).requires_grad_(True)
        gp = ((torch.autograd.grad(C(m).sum(), m, create_graph=True)[0].norm(dim=1) - 1) ** 2).mean()
        lc = C(f).mean() - C(x).mean() + 5 * gp; oc.zero_grad(); lc.backward(); oc.step()
    lg = -C(G(torch.randn(64, 4))).mean(); og.zero_grad(); lg.backward(); og.step()
    if it % 150 == 0: print(it, lc.item(), lg.item())
s = G(torch.randn(2000, 4)); print("final mean", s.mean(0).tolist(), "should be [1,-1]; std", s.std(0).tolist())
