import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target)
net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10), nn.LogSoftmax(1)); opt = torch.optim.Adam(net.parameters(), 2e-3)
for ep in range(20):
    for b in torch.randperm(1500).split(50):
        l = nn.CrossEntropyLoss()(net(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
print("final", l.item(), (net(X[1500:]).argmax(1) == y[1500:]).float().mean().item())
