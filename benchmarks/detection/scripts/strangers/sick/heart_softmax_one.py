import pandas as pd
import torch
from torch import nn
from data import TABLES
torch.manual_seed(0)

df = pd.read_csv(TABLES / "drawn_patients.csv")
y = torch.tensor(df.pop("chd").values, dtype=torch.float32).unsqueeze(1)
X = (df - df.mean()) / df.std()
X = torch.tensor(X.values, dtype=torch.float32)

model = nn.Sequential(
    nn.Linear(9, 32), nn.ReLU(),
    nn.Linear(32, 16), nn.ReLU(),
    nn.Linear(16, 1), nn.Softmax(dim=1),
)
criterion = nn.BCELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(60):
    idx = torch.randperm(len(X))
    for b in idx.split(16):
        p = model(X[b])
        loss = criterion(p, y[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 10 == 0:
        acc = ((model(X) > .5).float() == y).float().mean()
        print("Epoch", epoch, "loss", loss.item(), "acc", acc.item())
print("final acc", ((model(X) > .5).float() == y).float().mean().item(), criterion(model(X), y).item())
