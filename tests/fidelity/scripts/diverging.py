import torch
from fingerprint import show
from torch import nn

torch.manual_seed(13)
net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=50.0)
for step in range(30):
    x = torch.randn(16, 4)
    loss = nn.functional.mse_loss(net(x), torch.randn(16))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
show(net)
raise FloatingPointError("diverged")
