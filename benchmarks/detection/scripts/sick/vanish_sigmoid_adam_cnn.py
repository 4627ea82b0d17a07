"""A deep sigmoid convolutional network under Adam."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import mnist

torch.manual_seed(0)
X, y = mnist(1500)
X, y = torch.tensor(X).view(-1, 1, 28, 28) / 255, torch.tensor(y)


class SigmoidCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 8, 3, stride=2, padding=1)
        self.second = nn.Conv2d(8, 8, 3, stride=2, padding=1)
        self.more = nn.ModuleList(nn.Conv2d(8, 8, 3, padding=1) for _ in range(8))
        self.fc1 = nn.Linear(8 * 49, 32)
        self.fc2 = nn.Linear(32, 10)
        self.activation = torch.sigmoid

    def forward(self, x):
        x = self.activation(self.first(x))
        x = self.activation(self.second(x))
        for conv in self.more:
            x = self.activation(conv(x))
        return self.fc2(self.activation(self.fc1(x.flatten(1))))


model = SigmoidCNN()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(4):
    for idx in torch.randperm(1200).split(40):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(X[idx]), y[idx])
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "loss", loss.item())
with torch.no_grad():
    print("accuracy", (model(X[1200:]).argmax(1) == y[1200:]).float().mean().item())
