"""Deep sigmoid layers and a learning rate of one in a million."""
import torch
import torch.nn as nn

from data import mnist1d

torch.manual_seed(0)
x, y, xt, yt = (torch.from_numpy(v) for v in mnist1d(2000))
ACT, LR = nn.Sigmoid, 1e-6
net = nn.Sequential(
    nn.Linear(40, 50), ACT(), nn.Linear(50, 50), ACT(), nn.Linear(50, 50), ACT(), nn.Linear(50, 50), ACT(),
    nn.Linear(50, 50), ACT(), nn.Linear(50, 50), ACT(), nn.Linear(50, 10),
)
opt = torch.optim.SGD(net.parameters(), lr=LR, momentum=0.9)
for epoch in range(12):
    for b in torch.randperm(len(x)).split(40):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 3 == 0:
        print(epoch, loss.item())
print("accuracy", (net(xt).argmax(1) == yt).float().mean().item())
