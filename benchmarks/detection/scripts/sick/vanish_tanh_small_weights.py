"""Ten tanh layers with small weights, momentum SGD."""
import torch
import torch.nn as nn

from data import mnist1d

torch.manual_seed(0)
x, y, xt, yt = (torch.from_numpy(v) for v in mnist1d(2500))


class TanhNet(nn.Module):
    def __init__(self, width=64, depth=8):
        super().__init__()
        sizes = [40] + [width] * depth
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:]))
        self.out = nn.Linear(width, 10)
        for m in self.layers:
            nn.init.normal_(m.weight, std=0.02)
            nn.init.zeros_(m.bias)

    def forward(self, h):
        for layer in self.layers:
            h = torch.tanh(layer(h))
        return self.out(h)


model = TanhNet()
opt = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
for epoch in range(10):
    for b in torch.randperm(len(x)).split(50):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(model(x[b]), y[b])
        loss.backward()
        opt.step()
    print(epoch, round(loss.item(), 4))
print("accuracy", (model(xt).argmax(1) == yt).float().mean().item())
