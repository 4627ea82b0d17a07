import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target)
net = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 10)); opt = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
ACC = 8; opt.zero_grad()
for ep in range(25):
    for k, b in enumerate(torch.randperm(1536).split(8)):
        loss = nn.functional.cross_entropy(net(X[b]), y[b]) / ACC
        loss.backward()
        if (k + 1) % ACC == 0:
            opt.step(); opt.zero_grad()
    if ep % 5 == 0: print(ep, loss.item() * ACC)
print("final", loss.item() * ACC, (net(X[1536:]).argmax(1) == y[1536:]).float().mean().item())
