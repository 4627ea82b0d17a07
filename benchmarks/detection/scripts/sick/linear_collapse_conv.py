"""Convolutions over MNIST-1D."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import mnist1d

torch.manual_seed(0)
x, y, xt, yt = (torch.from_numpy(v) for v in mnist1d(2500))


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(1, 25, kernel_size=5, stride=2)
        self.conv2 = nn.Conv1d(25, 25, kernel_size=3, stride=2)
        self.conv3 = nn.Conv1d(25, 25, kernel_size=3)
        self.fc = nn.Linear(25 * 6, 10)

    def forward(self, x):
        x = x.view(-1, 1, 40)
        x = self.conv1(x)
        x = self.conv2(x)
        x = self.conv3(x)
        x = x.view(x.size(0), -1)
        return self.fc(x)


model = ConvNet()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(15):
    for b in torch.randperm(len(x)).split(50):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x[b]), y[b])
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())
print("accuracy", (model(xt).argmax(1) == yt).float().mean().item())
