import torch, torch.nn as nn
from sklearn.datasets import load_diabetes
torch.manual_seed(0)
X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X * 21, dtype=torch.float32)
y = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32).view(-1, 1)

def init(m):
    if type(m) == nn.Linear:
        nn.init.kaiming_uniform_(m.weight, nonlinearity='relu')
        m.bias.data.fill_(-5)

model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
model.apply(init)
opt = torch.optim.SGD(model.parameters(), lr=0.01)
lf = nn.MSELoss()
for epoch in range(80):
    for i in torch.randperm(len(X)).split(32):
        loss = lf(model(X[i]), y[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
print("final", lf(model(X), y).item(), "var", y.var().item())
