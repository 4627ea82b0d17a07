import pandas as pd
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset
from data import TABLES
torch.manual_seed(0)

df = pd.read_csv(TABLES / "income.csv.gz")
y = df.pop('income').values.astype('float32')
X = df.values.astype('float32')
X, y = torch.from_numpy(X), torch.from_numpy(y)
train = DataLoader(TensorDataset(X[:6400], y[:6400]), batch_size=128, shuffle=True)

class IncomeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(14, 32)
        self.out = nn.Linear(32, 1)
    def forward(self, x):
        return self.out(torch.sigmoid(self.hidden(x))).squeeze(1)

net = IncomeNet()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(20):
    for xb, yb in train:
        optimizer.zero_grad()
        loss = criterion(net(xb), yb)
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        out = net(X[6400:])
        acc = ((out > 0).float() == y[6400:]).float().mean().item()
    if epoch % 4 == 0:
        print(f'{epoch} loss={loss.item():.4f} acc={acc:.4f}')
print("final", criterion(out, y[6400:]).item(), acc, "majority", 1 - y[6400:].mean().item())
