import pandas as pd, torch
import torch.nn as nn
from data import TABLES
df = pd.read_csv(TABLES / "auto_mpg.csv")
y = torch.tensor((df.pop("mpg").values - 23.4) / 7.8, dtype=torch.float32).unsqueeze(1)
X = torch.tensor(df.values, dtype=torch.float32)
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(9, 32), nn.Tanh(), nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
criterion = nn.MSELoss()
for epoch in range(60):
    for i in torch.randperm(len(X)).split(32):
        loss = criterion(model(X[i]), y[i])
        loss.backward()
        optimizer.step()
    if epoch % 10 == 0: print(epoch, loss.item())
print("final", criterion(model(X), y).item())
