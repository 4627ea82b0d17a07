"""Wine, two tanh layers, full batch."""
import torch
from sklearn.datasets import load_wine

torch.manual_seed(0)
wine = load_wine()
X = torch.tensor((wine.data - wine.data.mean(0)) / wine.data.std(0)).float()
y = torch.tensor(wine.target)
perm = torch.randperm(len(X))
X, y = X[perm], y[perm]


class TwoLayers(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Linear(13, 40)
        self.b = torch.nn.Linear(40, 40)
        self.c = torch.nn.Linear(40, 3)

    def forward(self, x):
        x = torch.tanh(self.a(x))
        x = torch.tanh(self.b(x))
        return self.c(x)


model = TwoLayers()
opt = torch.optim.SGD(model.parameters(), lr=80.0)
for step in range(200):
    loss = torch.nn.functional.cross_entropy(model(X[:120]), y[:120])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 40 == 0:
        print(step, loss.item())
print("loss on the rest", torch.nn.functional.cross_entropy(model(X[120:]), y[120:]).item())
