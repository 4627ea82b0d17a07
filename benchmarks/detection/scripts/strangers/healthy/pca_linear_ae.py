import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
X = torch.tensor(load_digits().data / 16).float(); X = X - X.mean(0)
m = nn.Sequential(nn.Linear(64, 8, bias=False), nn.Linear(8, 64, bias=False)); opt = torch.optim.Adam(m.parameters(), 3e-3)
for ep in range(60):
    for b in torch.randperm(len(X)).split(64):
        l = nn.functional.mse_loss(m(X[b]), X[b]); opt.zero_grad(); l.backward(); opt.step()
print("final", ((m(X) - X) ** 2).mean().item(), (X ** 2).mean().item())
