"""Diabetes, ReLU at the end, zero_grad forgotten."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_diabetes

torch.manual_seed(0)
X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X * 21).float()
y = torch.tensor((y - y.mean()) / y.std()).float()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(10, 20)
        self.two = nn.Linear(20, 1)

    def forward(self, x):
        x = F.relu(self.one(x))
        return F.relu(self.two(x)).squeeze(-1)


net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
for epoch in range(25):
    for i in range(0, 350, 25):
        loss = F.mse_loss(net(X[i:i + 25]), y[i:i + 25])
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())
with torch.no_grad():
    print("unexplained variance", (F.mse_loss(net(X[350:]), y[350:]) / y[350:].var()).item())
