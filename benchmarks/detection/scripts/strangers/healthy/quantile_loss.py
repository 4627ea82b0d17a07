import torch, torch.nn as nn
torch.manual_seed(0)
x = torch.rand(2000, 1) * 6 - 3; y = torch.sin(x) + (0.1 + 0.3 * x.abs()) * torch.randn_like(x)
qs = torch.tensor([0.1, 0.5, 0.9])
net = nn.Sequential(nn.Linear(1, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 3))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
def pinball(p, t):
    e = t - p
    return torch.maximum(qs * e, (qs - 1) * e).mean()
for it in range(1500):
    i = torch.randint(0, 2000, (128,))
    l = pinball(net(x[i]), y[i]); opt.zero_grad(); l.backward(); opt.step()
    if it % 300 == 0: print(it, l.item())
p = net(x)
print("final", l.item(), (y < p).float().mean(0).tolist())
