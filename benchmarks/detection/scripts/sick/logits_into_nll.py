"""Wine, raw scores handed to nll_loss: the loss goes to minus infinity."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_wine

torch.manual_seed(0)
data = load_wine()
X = torch.tensor((data.data - data.data.mean(0)) / data.data.std(0), dtype=torch.float32)
y = torch.tensor(data.target)
perm = torch.randperm(178)
X, y = X[perm], y[perm]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(13, 30)
        self.fc2 = nn.Linear(30, 3)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(60):
    optimizer.zero_grad()
    loss = F.nll_loss(model(X[:130]), y[:130])
    loss.backward()
    optimizer.step()
    if epoch % 10 == 0:
        print(epoch, loss.item())
print("loss on the rest", F.cross_entropy(model(X[130:]), y[130:]).item())
