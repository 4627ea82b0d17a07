import pandas as pd
import torch
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader
from data import TABLES
torch.manual_seed(0)

class CarDataset(Dataset):
    def __init__(self, path):
        frame = pd.read_csv(path)
        feats = frame[['age', 'gender', 'miles', 'debt', 'income']]
        self.X = torch.tensor(((feats - feats.mean()) / feats.std()).values, dtype=torch.float32)
        self.y = torch.tensor(frame['sales'].values, dtype=torch.float32)
    def __len__(self):
        return len(self.y)
    def __getitem__(self, idx):
        return self.X[idx], self.y[idx]

ds = CarDataset(TABLES / "drawn_sales.csv")
loader = DataLoader(ds, batch_size=32, shuffle=True)
model = nn.Sequential(nn.Linear(5, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
crit = nn.MSELoss()
for epoch in range(25):
    run = 0.
    for xb, yb in loader:
        opt.zero_grad()
        loss = crit(model(xb).squeeze(1), yb)
        loss.backward()
        opt.step()
        run += loss.item() * len(xb)
    if epoch % 5 == 0:
        print("epoch", epoch, "mse", run / len(ds))
print("final", run / len(ds) / ds.y.var().item(), "of the variance")
