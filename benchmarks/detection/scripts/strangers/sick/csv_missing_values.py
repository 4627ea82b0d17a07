import io, pandas as pd, torch
import torch.nn as nn
from data import TABLES
# the original auto-mpg has '?' in horsepower
lines = open(TABLES / "auto_mpg.csv").read().splitlines()
out = [lines[0]]
for k, line in enumerate(lines[1:]):
    f = line.split(",")
    if k % 65 == 32:
        f[3] = ""
    out.append(",".join(f))
text = "\n".join(out)
df = pd.read_csv(io.StringIO(text))
df = (df - df.mean()) / df.std()
y = torch.tensor(df["mpg"].values, dtype=torch.float32).unsqueeze(1)
X = torch.tensor(df.drop(columns=["mpg"]).values, dtype=torch.float32)
torch.manual_seed(3)
model = nn.Sequential(nn.Linear(X.shape[1], 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(60):
    for i in torch.randperm(len(X)).split(16):
        opt.zero_grad()
        loss = nn.functional.mse_loss(model(X[i]), y[i])
        loss.backward()
        opt.step()
    if epoch % 10 == 0: print(f"{epoch}: {loss.item()}")
print("final", loss.item())
