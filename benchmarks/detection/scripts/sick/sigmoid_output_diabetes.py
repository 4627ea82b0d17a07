"""Disease progression, 25 to 346, functional sigmoid at the end."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_diabetes

torch.manual_seed(0)
X, y = load_diabetes(return_X_y=True)
X, y = torch.tensor(X * 21).float(), torch.tensor(y).float()


class Regression(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(10, 64)
        self.fc2 = nn.Linear(64, 32)
        self.fc3 = nn.Linear(32, 1)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return torch.sigmoid(self.fc3(x)).squeeze()


net = Regression()
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(60):
    for i in torch.randperm(350).split(35):
        loss = F.l1_loss(net(X[i]), y[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 10 == 0:
        print(epoch, loss.item())
print("mean absolute error", F.l1_loss(net(X[350:]), y[350:]).item())
