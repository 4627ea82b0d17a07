"""Tumours, RMSprop."""
import torch
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler
from torch import nn

torch.manual_seed(0)
X, y = load_breast_cancer(return_X_y=True)
X = torch.tensor(StandardScaler().fit_transform(X)).float()
y = torch.tensor(y).float()[:, None]
perm = torch.randperm(len(X))
X, y = X[perm], y[perm]
model = nn.Sequential(nn.Linear(30, 32), nn.GELU(), nn.Linear(32, 32), nn.GELU(), nn.Linear(32, 1))
optimizer = torch.optim.RMSprop(model.parameters(), lr=1.0)
bce = nn.BCEWithLogitsLoss()
for epoch in range(20):
    for i in range(0, 450, 30):
        loss = bce(model(X[i:i + 30]), y[i:i + 30])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())
with torch.no_grad():
    print("loss on the rest", bce(model(X[450:]), y[450:]).item())
