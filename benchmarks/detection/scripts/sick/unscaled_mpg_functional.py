"""Car weight in pounds next to 0/1 flags; standardised target."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import auto_mpg

torch.manual_seed(0)
X, y = map(torch.tensor, auto_mpg())
y = (y - y.mean()) / y.std()
p = torch.randperm(392)
X, y = X[p], y[p]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(9, 32), nn.Linear(32, 1)

    def forward(self, x):
        return self.b(torch.tanh(self.a(x))).view(-1)


net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
for epoch in range(40):
    for i in range(0, 300, 20):
        loss = F.mse_loss(net(X[i:i + 20]), y[i:i + 20])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 8 == 0:
        print(epoch, loss.item())
with torch.no_grad():
    print("unexplained variance", (F.mse_loss(net(X[300:]), y[300:]) / y[300:].var()).item())
