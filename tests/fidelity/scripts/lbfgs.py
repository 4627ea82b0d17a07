import torch
from fingerprint import show
from torch import nn

torch.manual_seed(5)
x = torch.linspace(-2, 2, 64).unsqueeze(1)
net = nn.Sequential(nn.Linear(1, 16), nn.Softplus(), nn.Linear(16, 1)).double()
optimizer = torch.optim.LBFGS(net.parameters(), max_iter=5, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = (net(x.double()) - torch.sin(x.double())).square().mean()
    loss.backward()
    return loss


for step in range(6):
    print(optimizer.step(closure).item())
show(net)
