import torch
from torch import nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
X = torch.tensor(load_digits().data / 16).float()
ae = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10), nn.ReLU(), nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 64), nn.Sigmoid())
opt = torch.optim.Adam(ae.parameters(), lr=3e-3); crit = nn.BCELoss()
for ep in range(40):
    for (x,) in DataLoader(TensorDataset(X), 64, shuffle=True):
        opt.zero_grad(); loss = crit(ae(x), x); loss.backward(); opt.step()
    if ep % 10 == 0: print(ep, loss.item())
print("final", loss.item(), "mse", ((ae(X) - X) ** 2).mean().item(), X.var(0).mean().item())
