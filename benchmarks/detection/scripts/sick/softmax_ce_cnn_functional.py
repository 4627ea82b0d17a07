"""MNIST convolutions, F.softmax in forward."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import mnist

torch.manual_seed(0)
X, y = mnist(2000)
X, y = torch.tensor(X).view(-1, 1, 28, 28) / 255, torch.tensor(y)


class CNN(nn.Module):
    def __init__(self):
        super(CNN, self).__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2(x), 2))
        x = x.view(-1, 320)
        x = F.relu(self.fc1(x))
        x = self.fc2(x)
        return F.softmax(x, dim=1)


model = CNN()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
for epoch in range(4):
    for idx in torch.randperm(1600).split(50):
        optimizer.zero_grad()
        output = model(X[idx])
        loss = F.cross_entropy(output, y[idx])
        loss.backward()
        optimizer.step()
    print("Train epoch", epoch, "loss", loss.item())
with torch.no_grad():
    print("accuracy", (model(X[1600:]).argmax(1) == y[1600:]).float().mean().item())
