import torch
from fingerprint import show
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(16, 32), nn.Linear(32, 32), nn.Linear(32, 1)

    def forward(self, x):
        x = torch.relu(self.a(x))
        return self.c(x + torch.tanh(self.b(x)))


net = Net()
fast = torch.compile(net, backend="eager")
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
for step in range(400):
    x = torch.randn(32, 16)
    loss = ((fast(x) - x.sum(1, keepdim=True)) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item(), torch._dynamo.utils.counters["stats"]["unique_graphs"])
show(net)
