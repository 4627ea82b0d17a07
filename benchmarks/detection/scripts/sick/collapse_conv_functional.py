"""Four convolutions with truncated normal weights, F.relu."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import mnist

torch.manual_seed(0)
X, y = mnist(1800)
X, y = torch.tensor(X).view(-1, 1, 28, 28) / 128 - 1, torch.tensor(y)


class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 12, 3, 2, 1)
        self.c2 = nn.Conv2d(12, 12, 3, 1, 1)
        self.c3 = nn.Conv2d(12, 24, 3, 2, 1)
        self.c4 = nn.Conv2d(24, 24, 3, 1, 1)
        self.fc = nn.Linear(24 * 49, 10)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.trunc_normal_(p, std=0.002)
            else:
                nn.init.zeros_(p)

    def forward(self, x):
        for conv in (self.c1, self.c2, self.c3, self.c4):
            x = F.relu(conv(x))
        return self.fc(x.flatten(1))


net = Deep()
opt = torch.optim.SGD(net.parameters(), lr=0.03, momentum=0.9)
for epoch in range(4):
    for idx in torch.randperm(1500).split(30):
        loss = F.cross_entropy(net(X[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
with torch.no_grad():
    print("accuracy", (net(X[1500:]).argmax(1) == y[1500:]).float().mean().item())
