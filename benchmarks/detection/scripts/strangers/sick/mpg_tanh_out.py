import numpy as np, torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from data import TABLES
torch.manual_seed(0)

data = np.loadtxt(TABLES / "auto_mpg.csv", delimiter=",", skiprows=1).astype("float32")
y = data[:, :1]
X = data[:, 1:]
X = (X - X.mean(0)) / X.std(0)
ds = TensorDataset(torch.from_numpy(X), torch.from_numpy(y))
dl = DataLoader(ds, batch_size=32, shuffle=True)

def make(sizes):
    layers = []
    for a, b in zip(sizes[:-1], sizes[1:]):
        layers.append(nn.Linear(a, b))
        if b != sizes[-1]:
            layers.append(nn.Tanh())
    layers.append(nn.Tanh())
    return nn.Sequential(*layers)

net = make([X.shape[1], 32, 32, 1])
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
loss_fn = nn.MSELoss()
for ep in range(80):
    tot = 0
    for xb, yb in dl:
        opt.zero_grad()
        loss = loss_fn(net(xb), yb)
        loss.backward()
        opt.step()
        tot += loss.item() * len(xb)
    if ep % 10 == 0: print(f"{ep:3d} {tot/len(ds):.3f}")
print("final mse", tot / len(ds), "var", float(y.var()))
