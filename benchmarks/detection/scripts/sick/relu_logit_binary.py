"""Tumours: the ReLU sits between the last layer and the sigmoid of the loss."""
import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale

torch.manual_seed(0)
X, y = load_breast_cancer(return_X_y=True)
X, y = torch.tensor(scale(X)).float(), torch.tensor(y).float()
order = torch.randperm(569)
X, y = X[order], y[order]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(30, 24)
        self.l2 = nn.Linear(24, 1)
        self.act = nn.ReLU()

    def forward(self, x):
        for layer in (self.l1, self.l2):
            x = self.act(layer(x))
        return x.squeeze(1)


net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
bce = nn.BCEWithLogitsLoss()
for epoch in range(20):
    for i in range(0, 450, 25):
        opt.zero_grad()
        loss = bce(net(X[i:i + 25]), y[i:i + 25])
        loss.backward()
        opt.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())
print("loss on the rest", bce(net(X[450:]), y[450:]).item())
