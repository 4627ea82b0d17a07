"""Eleven tanh layers folded over a list of tensors; weights divided by the fan-in."""
import functools

import torch
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler

torch.manual_seed(4)
X, y = load_wine(return_X_y=True)
X = MinMaxScaler((-1, 1)).fit_transform(X)
xa, xb, ya, yb = train_test_split(torch.tensor(X).float(), torch.tensor(y), test_size=0.3, random_state=2)


def layer(i, o, exponent=1.0):
    w = torch.nn.Parameter(torch.randn(o, i) / i ** exponent)
    return w, torch.nn.Parameter(torch.zeros(o))


stack = [layer(13, 32)] + [layer(32, 32) for _ in range(10)]
last = layer(32, 3)


def network(x):
    h = functools.reduce(lambda v, p: torch.tanh(torch.nn.functional.linear(v, *p)), stack, x)
    return torch.nn.functional.linear(h, *last)


everything = [p for pair in (*stack, last) for p in pair]
opt = torch.optim.SGD(everything, lr=0.05, momentum=0.9)
for epoch in range(120):
    for part in torch.randperm(len(xa)).split(31):
        loss = torch.nn.functional.cross_entropy(network(xa[part]), ya[part])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 30 == 0:
        print(epoch, loss.item())
print("accuracy", (network(xb).argmax(1) == yb).float().mean().item())
