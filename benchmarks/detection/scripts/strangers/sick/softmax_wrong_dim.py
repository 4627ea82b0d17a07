import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_iris

iris = load_iris()
X = torch.tensor(iris.data, dtype=torch.float32)
X = (X - X.mean(0)) / X.std(0)
Y = torch.tensor(iris.target)
torch.manual_seed(3)

class Iris(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 32)
        self.fc2 = nn.Linear(32, 3)
    def forward(self, x):
        return F.log_softmax(self.fc2(F.relu(self.fc1(x))), dim=0)

model = Iris()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for epoch in range(100):
    perm = torch.randperm(150)
    for k in range(0, 150, 15):
        b = perm[k:k + 15]
        optimizer.zero_grad()
        loss = F.nll_loss(model(X[b]), Y[b])
        loss.backward()
        optimizer.step()
    if epoch % 20 == 0:
        print(epoch, loss.item())
print("final", loss.item(), (model(X).argmax(1) == Y).float().mean().item())
