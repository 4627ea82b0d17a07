"""Mixed precision with float16 and no loss scaling; a tiny loss weight."""
import torch
import torch.nn as nn

from data import mnist1d

torch.manual_seed(0)
x, y, xt, yt = (torch.from_numpy(v) for v in mnist1d(2000))
HALF = torch.float16
net = nn.Sequential(nn.Linear(40, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(10):
    for b in torch.randperm(len(x)).split(50):
        opt.zero_grad()
        with torch.autocast("cpu", dtype=HALF):
            out = net(x[b])
            loss = nn.functional.cross_entropy(out.float(), y[b]) * 1e-6
        loss.backward()
        opt.step()
    print(epoch, loss.item() * 1e6)
with torch.no_grad():
    print("accuracy", (net(xt).argmax(1) == yt).float().mean().item())
