import torch, torch.nn as nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1)); opt = torch.optim.Adam(net.parameters(), 2e-3)
for it in range(1500):
    t = (torch.rand(64, 1) * 3).requires_grad_(True); u = net(t)
    du = torch.autograd.grad(u.sum(), t, create_graph=True)[0]
    l = ((du + 2 * u) ** 2).mean() + 10 * ((net(torch.zeros(1, 1)) - 1) ** 2).mean()
    opt.zero_grad(); l.backward(); opt.step()
    if it % 300 == 0: print(it, l.item())
tt = torch.linspace(0, 3, 50).view(-1, 1); print("final", l.item(), (net(tt) - torch.exp(-2 * tt)).abs().max().item())
