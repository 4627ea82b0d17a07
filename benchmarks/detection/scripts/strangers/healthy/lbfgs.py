import torch, torch.nn as nn
torch.manual_seed(0)
x = torch.linspace(-2, 2, 200).view(-1, 1); y = torch.sin(3 * x) * torch.exp(-x ** 2 / 2)
net = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1))
opt = torch.optim.LBFGS(net.parameters(), lr=1, max_iter=20, line_search_fn="strong_wolfe")
def closure():
    opt.zero_grad(); l = nn.functional.mse_loss(net(x), y); l.backward(); return l
for i in range(60):
    l = opt.step(closure)
    if i % 10 == 0: print(i, l.item())
print("final", l.item(), y.var().item())
