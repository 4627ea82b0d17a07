import torch, torch.nn as nn, pandas as pd
from data import TABLES
df = pd.read_csv(TABLES / "auto_mpg.csv"); y = torch.tensor((df.pop("mpg").values - 23.4) / 7.8).float().view(-1, 1); X = torch.tensor(((df - df.mean()) / df.std()).values).float()
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(9, 24), nn.Tanh(), nn.Linear(24, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.6, momentum=0.99)
for i in range(1200):
    l = nn.functional.mse_loss(net(X), y); opt.zero_grad(); l.backward(); opt.step()
    if i % 120 == 0: print(i, l.item())
print("final", l.item())
