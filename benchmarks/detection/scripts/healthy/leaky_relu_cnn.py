"""Strided convolutions with leaky ReLU and global average pooling."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import mnist

torch.manual_seed(0)
imgs, lbls = mnist(2500)
imgs = torch.tensor(imgs).reshape(-1, 1, 28, 28).div(255).sub(0.13).div(0.31)
lbls = torch.tensor(lbls)


class LeakyNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 16, 3, stride=2, padding=1)
        self.c2 = nn.Conv2d(16, 32, 3, stride=2, padding=1)
        self.c3 = nn.Conv2d(32, 32, 3, stride=2, padding=1)
        self.out = nn.Linear(32, 10)
        for m in (self.c1, self.c2, self.c3):
            nn.init.kaiming_normal_(m.weight, a=0.1)

    def forward(self, x):
        x = F.leaky_relu(self.c1(x), 0.1)
        x = F.leaky_relu(self.c2(x), 0.1)
        x = F.leaky_relu(self.c3(x), 0.1)
        return self.out(x.mean(dim=(2, 3)))


net = LeakyNet()
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(5):
    for b in torch.randperm(2000).split(50):
        loss = F.cross_entropy(net(imgs[b]), lbls[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch} loss {loss:.3f}")
with torch.no_grad():
    print("accuracy", (net(imgs[2000:]).argmax(1) == lbls[2000:]).float().mean().item())
