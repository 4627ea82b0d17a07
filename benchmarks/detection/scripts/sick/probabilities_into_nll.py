"""MNIST-1D, softmax and NLLLoss."""
import torch
import torch.nn as nn

from data import mnist1d

torch.manual_seed(0)
x, y, xt, yt = (torch.from_numpy(v) for v in mnist1d(3000))
net = nn.Sequential(nn.Linear(40, 100), nn.ReLU(), nn.Linear(100, 100), nn.ReLU(), nn.Linear(100, 10), nn.Softmax(dim=1))
loss_function = nn.NLLLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
for epoch in range(15):
    for b in torch.randperm(len(x)).split(50):
        net.zero_grad()
        loss = loss_function(net(x[b]), y[b])
        loss.backward()
        optimizer.step()
    if epoch % 3 == 0:
        print(epoch, loss.item())
print("accuracy", (net(xt).argmax(1) == yt).float().mean().item())
