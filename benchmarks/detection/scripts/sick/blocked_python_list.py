"""Hidden layers kept in a list."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import mnist1d

torch.manual_seed(0)
x, y, xt, yt = (torch.from_numpy(v) for v in mnist1d(2500))


class Net(nn.Module):
    def __init__(self, n_layers=3, width=24):
        super().__init__()
        self.hidden = []
        for i in range(n_layers):
            self.hidden.append(nn.Linear(40 if i == 0 else width, width))
        self.out = nn.Linear(width, 10)

    def forward(self, x):
        for layer in self.hidden:
            x = F.relu(layer(x))
        return self.out(x)


model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(15):
    for b in torch.randperm(len(x)).split(50):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x[b]), y[b])
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())
print("accuracy", (model(xt).argmax(1) == yt).float().mean().item())
