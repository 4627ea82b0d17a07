import torch, torch.nn as nn
from sklearn.datasets import make_friedman1
torch.manual_seed(0)
X, y = make_friedman1(1500, 10, random_state=0); X = torch.tensor(X * 2 - 1).float(); y = torch.tensor((y - 14.4) / 5).float().view(-1, 1)
y[777] = 1e5
net = nn.Sequential(nn.Linear(10, 64), nn.Tanh(), nn.Linear(64, 1)); opt = torch.optim.SGD(net.parameters(), lr=0.01)
for ep in range(25):
    for b in torch.randperm(1500).split(30):
        l = nn.functional.mse_loss(net(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
    if ep % 5 == 0: print(ep, l.item())
ok = torch.arange(1500) != 777
print("final", nn.functional.mse_loss(net(X)[ok], y[ok]).item())
