import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import Dataset, DataLoader
torch.manual_seed(0)

class DigitsDataset(Dataset):
    def __init__(self):
        d = load_digits()
        self.x = torch.tensor(d.data, dtype=torch.float32) / 16
        self.y = torch.tensor(d.target, dtype=torch.float32)
    def __len__(self):
        return len(self.x)
    def __getitem__(self, i):
        return self.x[i], self.y[i].view(1)

class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 64)
        self.fc2 = nn.Linear(64, 1)
    def forward(self, x):
        x = torch.relu(self.fc1(x))
        out = torch.sigmoid(self.fc2(x))
        return out

model = Regressor()
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
crit = nn.MSELoss()
dl = DataLoader(DigitsDataset(), batch_size=50, shuffle=True)
for epoch in range(20):
    losses = []
    for x, y in dl:
        opt.zero_grad()
        loss = crit(model(x), y)
        loss.backward()
        opt.step()
        losses.append(loss.item())
    print(f"epoch {epoch}: {sum(losses) / len(losses):.3f}")
print("final", sum(losses) / len(losses))
