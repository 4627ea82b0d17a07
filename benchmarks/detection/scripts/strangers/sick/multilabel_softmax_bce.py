import pandas as pd, torch
import torch.nn as nn
from data import TABLES
torch.manual_seed(0)

class MultiLabel(nn.Module):
    def __init__(self, d_in, d_out):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(d_in, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 64), nn.ReLU())
        self.head = nn.Linear(64, d_out)
    def forward(self, x):
        h = self.body(x)
        return torch.softmax(self.head(h), 1)

df = pd.read_csv(TABLES / "three_flags.csv.gz")
X = torch.tensor(df.iloc[:, :20].values, dtype=torch.float)
X = (X - X.mean(0)) / X.std(0)
Y = torch.tensor(df.iloc[:, 20:].values, dtype=torch.float)
m = MultiLabel(20, 3)
o = torch.optim.Adam(m.parameters(), lr=2e-3)
bce = nn.BCELoss()
for epoch in range(40):
    m.train()
    for xb, yb in zip(X[:1200].split(50), Y[:1200].split(50)):
        o.zero_grad()
        l = bce(m(xb), yb)
        l.backward()
        o.step()
m.eval()
p = m(X[1200:])
print("final loss", bce(p, Y[1200:]).item(), "label acc", ((p > .5) == (Y[1200:] > .5)).float().mean().item())
