"""A narrow network widened by repeating its units, then trained on."""
import torch
import torch.nn as nn

from data import mnist1d

torch.manual_seed(0)
x, y, xt, yt = (torch.from_numpy(v) for v in mnist1d(3000))
narrow = nn.Linear(40, 6)
wide = nn.Linear(40, 120)
wide.weight.data = narrow.weight.data.repeat(20, 1)
wide.bias.data = narrow.bias.data.repeat(20)
out = nn.Linear(120, 10)
nn.init.constant_(out.weight, 0.0)
model = nn.Sequential(wide, nn.ReLU(), out)
opt = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for epoch in range(20):
    for b in torch.randperm(len(x)).split(60):
        loss = nn.functional.cross_entropy(model(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 5 == 0:
        print("epoch", epoch, loss.item())
print("accuracy", (model(xt).argmax(1) == yt).float().mean().item())
