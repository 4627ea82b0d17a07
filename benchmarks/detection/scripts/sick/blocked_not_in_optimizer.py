"""Two parts, one optimizer."""
import torch
import torch.nn as nn
import torch.optim as optim

from data import income

torch.manual_seed(0)
X, y = income(4000)
X = torch.tensor((X - X.mean(0)) / X.std(0))
y = torch.tensor(y).long()


class Extractor(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(14, 32), nn.ReLU(), nn.Linear(32, 4), nn.ReLU())

    def forward(self, x):
        return self.net(x)


extractor = Extractor()
head = nn.Linear(4, 2)
optimizer = optim.SGD(head.parameters(), lr=0.1, momentum=0.9)
for epoch in range(8):
    for i in torch.randperm(3200).split(64):
        optimizer.zero_grad()
        extractor.zero_grad()
        loss = nn.functional.cross_entropy(head(extractor(X[i])), y[i])
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
with torch.no_grad():
    print("loss on the rest", nn.functional.cross_entropy(head(extractor(X[3200:])), y[3200:]).item())
