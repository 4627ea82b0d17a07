"""MNIST-1D with two convolutions; one of them has a learned threshold."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import mnist1d

torch.manual_seed(0)
x, y, xt, yt = (torch.from_numpy(v) for v in mnist1d(2000))


class Thresholded(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(1, 16, 5, stride=2)
        self.conv2 = nn.Conv1d(16, 32, 3, stride=2)
        self.threshold = nn.Parameter(torch.full((32, 1), 6.0))
        self.fc = nn.Linear(32 * 8, 10)

    def forward(self, x):
        h = F.relu(self.conv1(x[:, None]))
        h = F.relu(self.conv2(h) - self.threshold)
        return self.fc(h.reshape(h.shape[0], -1))


model = Thresholded()
opt = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for epoch in range(12):
    for b in torch.randperm(len(x)).split(40):
        opt.zero_grad()
        loss = F.cross_entropy(model(x[b]), y[b])
        loss.backward()
        opt.step()
    if epoch % 3 == 0:
        print("epoch", epoch, "loss", round(loss.item(), 3))
print("accuracy", (model(xt).argmax(1) == yt).float().mean().item())
