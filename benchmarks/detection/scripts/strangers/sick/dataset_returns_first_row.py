import torch
from torch.utils.data import Dataset, DataLoader
import torch.nn as nn
import pandas as pd
from data import TABLES
torch.manual_seed(0)

class HeartDataset(Dataset):
    def __init__(self, csv):
        df = pd.read_csv(csv)
        self.target = torch.tensor(df["chd"].values, dtype=torch.float32)
        f = df.drop("chd", axis=1)
        self.features = torch.tensor(((f - f.mean()) / f.std()).values, dtype=torch.float32)
    def __getitem__(self, index):
        x = self.features[0]
        return x, self.target[index]
    def __len__(self):
        return len(self.target)

loader = DataLoader(HeartDataset(TABLES / "drawn_patients.csv"), batch_size=16, shuffle=True)
model = nn.Sequential(nn.Linear(9, 32), nn.Tanh(), nn.Linear(32, 1))
bce = nn.BCEWithLogitsLoss()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(40):
    s = 0.
    for xb, yb in loader:
        l = bce(model(xb).view(-1), yb)
        opt.zero_grad(); l.backward(); opt.step()
        s += l.item()
    if epoch % 8 == 0: print(epoch, s / len(loader))
print("final", s / len(loader))
