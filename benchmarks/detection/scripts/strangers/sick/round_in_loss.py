import torch, pandas as pd
import torch.nn as nn
from data import TABLES
torch.manual_seed(0)
df = pd.read_csv(TABLES / "drawn_patients.csv")
y = torch.tensor(df["chd"].values).float().unsqueeze(1)
X = df.drop(columns="chd")
X = torch.tensor(((X - X.mean()) / X.std()).values).float()
net = nn.Sequential(nn.Linear(9, 20), nn.ReLU(), nn.Linear(20, 1))
opt = torch.optim.Adam(net.parameters(), lr=0.005)
lossfn = nn.MSELoss()
for ep in range(50):
    for j in torch.randperm(462).split(22):
        xb, yb = X[j], y[j]
        out = torch.round(torch.sigmoid(net(xb)))
        loss = lossfn(out, yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    if ep % 10 == 0: print(ep, loss.item())
print("final acc", ((net(X) > 0) == (y > .5)).float().mean().item())
