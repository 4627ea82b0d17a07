"""Own update loop over model.parameters()."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import auto_mpg

torch.manual_seed(0)
X, y = map(torch.tensor, auto_mpg())
X = (X - X.mean(0)) / X.std(0)
y = ((y - y.mean()) / y.std()).view(-1, 1)
order = torch.randperm(392)
X, y = X[order], y[order]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(9, 40)
        self.out = nn.Linear(40, 1)

    def forward(self, x):
        return self.out(F.relu(self.hidden(x)))


net = Net()
learning_rate = 1e-7
for epoch in range(60):
    for i in range(0, 300, 30):
        loss = F.mse_loss(net(X[i:i + 30]), y[i:i + 30])
        net.zero_grad()
        loss.backward()
        for p in net.parameters():
            p.data.sub_(learning_rate * p.grad.data)
    if epoch % 10 == 0:
        print(epoch, loss.item())
with torch.no_grad():
    print("unexplained variance", (F.mse_loss(net(X[300:]), y[300:]) / y[300:].var()).item())
