import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).half(); y = torch.tensor(d.target)
model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
model.half()
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
for ep in range(15):
    for b in torch.randperm(len(X)).split(64):
        l = nn.functional.cross_entropy(model(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
    if ep % 3 == 0: print(ep, l.item())
print("final", l.item())
