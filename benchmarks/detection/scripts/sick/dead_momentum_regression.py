"""Fuel use, standardised, momentum because it is faster."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import auto_mpg

torch.manual_seed(0)
X, y = map(torch.tensor, auto_mpg())
perm = torch.randperm(len(X))
X, y = X[perm], y[perm, None]
X = (X - X.mean(0)) / X.std(0)
y = (y - y.mean()) / y.std()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(9, 50)
        self.fc2 = nn.Linear(50, 50)
        self.fc3 = nn.Linear(50, 1)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.9, momentum=0.95)
for epoch in range(30):
    for i in range(0, 300, 20):
        optimizer.zero_grad()
        loss = F.smooth_l1_loss(net(X[i:i + 20]), y[i:i + 20])
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())
with torch.no_grad():
    print("unexplained variance", (F.mse_loss(net(X[300:]), y[300:]) / y[300:].var()).item())
