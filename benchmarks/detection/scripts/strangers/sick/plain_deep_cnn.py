import torch
import torch.nn as nn
from sklearn.datasets import load_digits
d = load_digits()
X = torch.tensor(d.images).float().unsqueeze(1) / 8 - 1
y = torch.tensor(d.target)
torch.manual_seed(0)

class PlainNet(nn.Module):
    def __init__(self, n=16, c=12):
        super().__init__()
        self.stem = nn.Conv2d(1, c, 3, padding=1)
        self.convs = nn.ModuleList([nn.Conv2d(c, c, 3, padding=1) for _ in range(n)])
        self.fc = nn.Linear(c * 4, 10)
    def forward(self, x):
        x = torch.relu(self.stem(x))
        for conv in self.convs:
            x = torch.relu(conv(x))
        x = nn.functional.adaptive_avg_pool2d(x, 2).flatten(1)
        return self.fc(x)

m = PlainNet()
opt = torch.optim.SGD(m.parameters(), lr=0.01, momentum=0.9)
for epoch in range(8):
    for i in torch.randperm(1500).split(32):
        loss = nn.functional.cross_entropy(m(X[i]), y[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        acc = (m(X[1500:]).argmax(1) == y[1500:]).float().mean().item()
    print(epoch, loss.item(), acc)
print("final", loss.item(), acc)
