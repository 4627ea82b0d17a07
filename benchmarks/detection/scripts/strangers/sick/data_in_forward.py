import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
torch.manual_seed(0)

class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.fc1 = nn.Linear(64, 16)
        self.fc2 = nn.Linear(16, 8)
        self.fc3 = nn.Linear(8, 10)
    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x)).data
        return self.fc3(x)

d = load_digits()
X = torch.tensor(d.data / 16.0, dtype=torch.float)
y = torch.tensor(d.target)
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(30):
    total = 0
    for i in torch.randperm(len(X)).split(50):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(X[i]), y[i])
        loss.backward()
        optimizer.step()
        total += loss.item()
    if epoch % 5 == 0: print(epoch, total / 36)
print("final", total / 36, (net(X).argmax(1) == y).float().mean().item())
