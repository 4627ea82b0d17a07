import torch
from torch import nn
from sklearn.datasets import make_friedman1
X, y = make_friedman1(2000, 10, random_state=1); X = torch.tensor(X * 2 - 1).float(); y = torch.tensor((y - 14.4) / 5).float().view(-1, 1)
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
crit = nn.MSELoss(reduction='sum'); opt = torch.optim.SGD(net.parameters(), lr=0.01)
for ep in range(30):
    for b in torch.randperm(2000).split(250):
        l = crit(net(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
    if ep % 6 == 0: print(ep, l.item())
print("final", nn.functional.mse_loss(net(X), y).item())
