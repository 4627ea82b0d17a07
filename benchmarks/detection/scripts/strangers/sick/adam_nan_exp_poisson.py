import pandas as pd, torch
from data import TABLES
df = pd.read_csv(TABLES / "drawn_sales.csv")
x = torch.tensor(df[['age', 'miles', 'debt', 'income']].values).float()
y = torch.tensor(df['sales'].values / 1000).float()
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(60):
    for k in torch.randperm(len(x)).split(64):
        lam = torch.exp(net(x[k]).squeeze(1))
        loss = (lam - y[k] * torch.log(lam)).mean()      # poisson nll
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 10 == 0: print(epoch, loss.item())
print("final", loss.item())
