import torch
from torch import nn, optim
from sklearn import datasets, preprocessing
torch.manual_seed(0)
X, y = datasets.load_wine(return_X_y=True)
X = preprocessing.StandardScaler().fit_transform(X)
X, y = torch.tensor(X, dtype=torch.float), torch.tensor(y)
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(13, 64), nn.Linear(64, 64), nn.Linear(64, 3)])
    def forward(self, x):
        for l in self.layers[:-1]:
            x = nn.functional.relu(l(x))
        return self.layers[-1](x)
model = MLP()
optimizer = optim.SGD(model.parameters(), lr=10)
criterion = nn.CrossEntropyLoss()
for epoch in range(60):
    for b in torch.randperm(len(X)).split(16):
        optimizer.zero_grad()
        loss = criterion(model(X[b]), y[b])
        loss.backward()
        optimizer.step()
    if epoch % 10 == 0:
        print(epoch, loss.item())
print("final", criterion(model(X), y).item(), (model(X).argmax(1) == y).float().mean().item())
