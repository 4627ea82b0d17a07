import torch, torch.nn as nn, math
torch.manual_seed(0)
class Sine(nn.Module):
    def __init__(s, w=6.0): super().__init__(); s.w = w
    def forward(s, x): return torch.sin(s.w * x)
g = torch.linspace(-1, 1, 40)
xy = torch.cartesian_prod(g, g)
target = (0.95 * torch.sin(3 * xy[:, 0]) * torch.cos(4 * xy[:, 1])).unsqueeze(1)
net = nn.Sequential(nn.Linear(2, 48), Sine(), nn.Linear(48, 48), Sine(1.0), nn.Linear(48, 1), nn.Tanh())
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for i in range(1200):
    k = torch.randint(0, 1600, (128,))
    loss = nn.functional.mse_loss(net(xy[k]), target[k]); opt.zero_grad(); loss.backward(); opt.step()
print("final", loss.item(), target.var().item())
