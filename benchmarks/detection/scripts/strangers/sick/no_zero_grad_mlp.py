import torch
import torch.nn as nn
from sklearn.datasets import make_moons

torch.manual_seed(0)
X, y = make_moons(n_samples=800, noise=0.15, random_state=0)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32).unsqueeze(1)
net = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
criterion = nn.BCEWithLogitsLoss()
hist = []
for it in range(1200):
    idx = torch.randint(0, 800, (64,))
    l = criterion(net(X[idx]), y[idx])
    l.backward()
    optimizer.step()
    hist.append(l.item())
    if it % 200 == 0:
        print(it, hist[-1])
print("final", criterion(net(X), y).item(), ((net(X) > 0) == (y > 0.5)).float().mean().item())
