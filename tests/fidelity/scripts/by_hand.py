import torch
from fingerprint import show
from torch import nn

torch.manual_seed(10)
w1, w2 = (torch.randn(8, 16) * 0.3).requires_grad_(), (torch.randn(16, 1) * 0.3).requires_grad_()
for step in range(30):
    x = torch.randn(32, 8)
    loss = ((torch.sigmoid(x @ w1) @ w2).squeeze() - x[:, 0]).pow(2).mean()
    loss.backward()
    with torch.no_grad():
        for w in (w1, w2):
            w -= 0.1 * w.grad
            w.grad.zero_()
print(loss.item())
net = nn.ParameterList([nn.Parameter(w1), nn.Parameter(w2)])
show(net)
