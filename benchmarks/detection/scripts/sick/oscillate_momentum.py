"""Softplus network with heavy momentum."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_diabetes

torch.manual_seed(0)
X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X * 21).float()
y = torch.tensor((y - 152) / 77).float().unsqueeze(-1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(10, 32)
        self.b = nn.Linear(32, 1)

    def forward(self, x):
        return self.b(F.softplus(self.a(x)))


net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.99)
for step in range(300):
    loss = F.mse_loss(net(X), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 20 == 0:
        print(step, loss.item())
print("final loss", loss.item())
