import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target)
net = nn.Sequential(nn.Linear(64, 128), nn.GELU(), nn.LayerNorm(128), nn.Linear(128, 10)); opt = torch.optim.AdamW(net.parameters(), 1e-3)
for ep in range(15):
    for b in torch.randperm(1500).split(32):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            l = nn.functional.cross_entropy(net(X[b]), y[b])
        opt.zero_grad(); l.backward(); opt.step()
print("final", l.item(), (net(X[1500:]).argmax(1) == y[1500:]).float().mean().item())
