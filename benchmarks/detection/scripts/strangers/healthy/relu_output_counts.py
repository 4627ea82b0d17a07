import torch, torch.nn as nn
torch.manual_seed(0)
x = torch.rand(2000, 3); y = torch.poisson(torch.exp(1.5 * x[:, 0] + x[:, 1])).view(-1, 1)
net = nn.Sequential(nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, 1), nn.ReLU()); nn.init.constant_(net[2].bias, 3.)
opt = torch.optim.Adam(net.parameters(), 3e-3)
for ep in range(30):
    for b in torch.randperm(2000).split(64):
        l = nn.functional.mse_loss(net(x[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
print("final", nn.functional.mse_loss(net(x), y).item(), y.var().item())
