"""A GRU on series; the labels' loader shuffles separately."""
import torch
import torch.nn as nn
from torch.utils.data import DataLoader

torch.manual_seed(0)
x = torch.randn(1500, 20, 1).cumsum(1) / 4
y = (x[:, -1, 0] > x[:, 0, 0]).long()
inputs = DataLoader(x[:1200], batch_size=40, shuffle=True)
labels = DataLoader(y[:1200], batch_size=40, shuffle=True)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 20, batch_first=True)
        self.fc = nn.Linear(20, 2)

    def forward(self, s):
        return self.fc(self.gru(s)[0][:, -1])


net = Net()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(8):
    for xb, yb in zip(inputs, labels):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(xb), yb)
        loss.backward()
        opt.step()
    print(epoch, loss.item())
print("accuracy", (net(x[1200:]).argmax(1) == y[1200:]).float().mean().item())
