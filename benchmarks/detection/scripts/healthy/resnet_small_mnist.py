"""Residual convolution blocks as in ResNet, in-place ReLU, batch normalisation."""
import torch
import torch.nn as nn

from data import mnist

torch.manual_seed(0)


class BasicBlock(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(cout)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(cout)
        self.downsample = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        identity = self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += identity
        return self.relu(out)


X, y = mnist(1800)
X = (torch.tensor(X).view(-1, 1, 28, 28) / 255 - 0.13) / 0.31
y = torch.tensor(y)
model = nn.Sequential(
    BasicBlock(1, 8, 2), BasicBlock(8, 16, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10)
)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9, weight_decay=5e-4)
for epoch in range(6):
    model.train()
    for idx in torch.randperm(1500).split(50):
        optimizer.zero_grad()
        loss = criterion(model(X[idx]), y[idx])
        loss.backward()
        optimizer.step()
    print("Epoch", epoch, "Loss", loss.item())
model.eval()
with torch.no_grad():
    print("accuracy", (model(X[1500:]).argmax(1) == y[1500:]).float().mean().item())
