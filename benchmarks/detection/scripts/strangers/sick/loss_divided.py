import torch, torch.nn as nn
from sklearn.datasets import load_diabetes
torch.manual_seed(0)
X, y = load_diabetes(return_X_y=True); X = torch.tensor(X * 21).float(); y = torch.tensor((y - y.mean()) / y.std()).float()
net = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, 1)); opt = torch.optim.SGD(net.parameters(), lr=0.01)
for ep in range(80):
    for b in torch.randperm(442).split(34):
        l = ((net(X[b]).flatten() - y[b]) ** 2).mean() / len(X) ** 2
        opt.zero_grad(); l.backward(); opt.step()
print("final", ((net(X).flatten() - y) ** 2).mean().item())
