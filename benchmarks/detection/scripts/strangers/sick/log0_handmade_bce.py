import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler
torch.manual_seed(0)
X, y = load_breast_cancer(return_X_y=True)
X = torch.tensor(StandardScaler().fit_transform(X), dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32).view(-1, 1)
model = nn.Sequential(nn.Linear(30, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1), nn.Sigmoid())

def bce(p, y):
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()

opt = torch.optim.Adam(model.parameters(), lr=0.005)
for e in range(150):
    for i in torch.randperm(len(X)).split(32):
        loss = bce(model(X[i]), y[i])
        opt.zero_grad(); loss.backward(); opt.step()
    if e % 25 == 0:
        print("epoch", e, "loss", loss.item())
print("final", loss.item(), ((model(X) > .5).float() == y).float().mean().item())
