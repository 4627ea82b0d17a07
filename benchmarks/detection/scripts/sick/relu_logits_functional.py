"""MNIST-1D, F.relu applied to every layer."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import mnist1d

torch.manual_seed(1)
x, y, xt, yt = (torch.from_numpy(v) for v in mnist1d(3000))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(40, 64)
        self.fc2 = nn.Linear(64, 64)
        self.fc3 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        x = F.relu(self.fc3(x))
        return x


net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
for epoch in range(8):
    for b in torch.randperm(len(x)).split(50):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x[b]), y[b])
        loss.backward()
        optimizer.step()
    if epoch % 2 == 0:
        print(epoch, loss.item())
print("accuracy", (net(xt).argmax(1) == yt).float().mean().item())
