import torch
from fingerprint import show
from torch import nn

torch.manual_seed(0)
x, y = torch.randn(256, 20), torch.randint(0, 3, (256,))
net = nn.Sequential(nn.Linear(20, 32), nn.Tanh(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 3))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    for index in torch.randperm(256).split(32):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x[index]), y[index])
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
show(net)
