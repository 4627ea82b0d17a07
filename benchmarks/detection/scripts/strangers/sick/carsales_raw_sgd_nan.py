# all losses are nan after first epoch
import pandas as pd, torch
from torch import nn
from data import TABLES
torch.manual_seed(0)
df = pd.read_csv(TABLES / "drawn_sales.csv")
values = df.values
x = torch.tensor(values[:, :-1], dtype=torch.float32)
y = torch.tensor(values[:, -1:], dtype=torch.float32)
reg = nn.Sequential(nn.Linear(5, 12), nn.ReLU(), nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 1))
mse = nn.MSELoss()
sgd = torch.optim.SGD(reg.parameters(), lr=0.01)
for epoch in range(40):
    ep = []
    for j in range(0, len(x), 50):
        sgd.zero_grad()
        err = mse(reg(x[j:j+50]), y[j:j+50])
        err.backward()
        sgd.step()
        ep.append(err.item())
    if epoch % 5 == 0:
        print(epoch, sum(ep) / len(ep))
print("final", sum(ep) / len(ep))
