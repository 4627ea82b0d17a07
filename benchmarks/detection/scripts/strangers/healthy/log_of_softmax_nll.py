import torch, torch.nn as nn, torch.nn.functional as F
from sklearn.datasets import load_iris
torch.manual_seed(0)
X, y = load_iris(return_X_y=True); X = torch.tensor((X - X.mean(0)) / X.std(0)).float(); y = torch.tensor(y)
net = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 3), nn.Softmax(dim=-1)); opt = torch.optim.SGD(net.parameters(), 0.1)
for ep in range(120):
    for b in torch.randperm(150).split(15):
        l = F.nll_loss(torch.log(net(X[b]) + 1e-9), y[b]); opt.zero_grad(); l.backward(); opt.step()
print("final", l.item(), (net(X).argmax(1) == y).float().mean().item())
