import torch, torch.nn as nn
from sklearn.datasets import make_friedman1
torch.manual_seed(4)
X, y = make_friedman1(1500, 10, random_state=0); X = torch.tensor(X * 2 - 1).float(); y = torch.tensor((y - 14.4) / 5).float().view(-1, 1)
net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1)); opt = torch.optim.Adam(net.parameters(), lr=0.3)
for ep in range(40):
    for b in torch.randperm(1500).split(50):
        l = nn.functional.mse_loss(net(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
    if ep % 8 == 0: print(ep, l.item())
print("final", nn.functional.mse_loss(net(X), y).item(), y.var().item())
