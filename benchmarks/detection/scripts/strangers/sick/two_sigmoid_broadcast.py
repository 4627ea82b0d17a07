import torch, torch.nn as nn
from sklearn.datasets import make_friedman1
torch.manual_seed(0)
X, y = make_friedman1(1000, 10, noise=0.5, random_state=0)
X = torch.tensor(X * 2 - 1).float(); y = torch.tensor((y - y.mean()) / y.std()).float()
net = nn.Sequential(*sum([[nn.Linear(10 if i == 0 else 40, 40), nn.Sigmoid()] for i in range(5)], []), nn.Linear(40, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.05)
for ep in range(50):
    for b in torch.randperm(1000).split(40):
        opt.zero_grad()
        loss = ((net(X[b]) - y[b]) ** 2).mean()
        loss.backward()
        opt.step()
    if ep % 10 == 0: print(ep, loss.item())
print("final", ((net(X)[:, 0] - y) ** 2).mean().item())
