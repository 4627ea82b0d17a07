"""No activation between the layers, and the optimizer got only the last one."""
import torch
import torch.nn as nn
from sklearn.datasets import make_circles

torch.manual_seed(0)
X, y = make_circles(1200, noise=0.08, factor=0.5, random_state=0)
X, y = torch.tensor(X).float(), torch.tensor(y).float()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 40)
        self.second = nn.Linear(40, 40)
        self.last = nn.Linear(40, 1)

    def forward(self, x):
        h = self.first(x)
        h = self.second(h)
        return self.last(h)[:, 0]


net = Net()
opt = torch.optim.Adam(net.last.parameters(), lr=0.01)
for epoch in range(20):
    for i in range(0, 1000, 50):
        opt.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(net(X[i:i + 50]), y[i:i + 50])
        loss.backward()
        opt.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())
with torch.no_grad():
    print("accuracy", ((net(X[1000:]) > 0).float() == y[1000:]).float().mean().item())
