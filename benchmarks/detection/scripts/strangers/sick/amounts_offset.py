import pandas as pd
import torch
from torch import nn
from data import TABLES
df = pd.read_csv(TABLES / "drawn_amounts.csv")
X = torch.tensor(df[['amount']].values, dtype=torch.float32)
y = torch.tensor(df[['flag']].values, dtype=torch.float32)
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1), nn.Sigmoid())
criterion = nn.BCELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(40):
    for i in torch.randperm(len(X)).split(32):
        optimizer.zero_grad()
        loss = criterion(model(X[i]), y[i])
        loss.backward()
        optimizer.step()
    if epoch % 8 == 0: print(epoch, loss.item())
with torch.no_grad():
    print("final", criterion(model(X), y).item(), ((model(X) > .5).float() == y).float().mean().item())
