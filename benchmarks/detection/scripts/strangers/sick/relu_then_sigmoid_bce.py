import pandas as pd, torch, torch.nn as nn, torch.nn.functional as F
from data import TABLES
torch.manual_seed(0)
df = pd.read_csv(TABLES / "drawn_patients.csv"); y = torch.tensor(df.pop("chd").values).float().view(-1, 1)
X = torch.tensor(((df - df.mean()) / df.std()).values).float()
class Net(nn.Module):
    def __init__(self):
        super().__init__(); self.h1 = nn.Linear(9, 32); self.h2 = nn.Linear(32, 16); self.out = nn.Linear(16, 1)
    def forward(self, x):
        x = F.relu(self.h1(x)); x = F.relu(self.h2(x))
        x = F.relu(self.out(x))
        return torch.sigmoid(x)
net = Net(); opt = torch.optim.Adam(net.parameters(), 1e-3)
for ep in range(60):
    for b in torch.randperm(462).split(21):
        l = F.binary_cross_entropy(net(X[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
print("final", F.binary_cross_entropy(net(X), y).item(), ((net(X) > .5).float() == y).float().mean().item())
