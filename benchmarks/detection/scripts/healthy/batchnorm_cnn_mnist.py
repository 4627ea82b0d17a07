"""A small convolutional network with batch normalisation on 28 x 28 digits."""
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

from data import mnist

torch.manual_seed(0)
X, y = mnist(2500)
X = (torch.from_numpy(X).view(-1, 1, 28, 28) / 255 - 0.13) / 0.31
y = torch.from_numpy(y)
train = DataLoader(TensorDataset(X[:2000], y[:2000]), batch_size=50, shuffle=True)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(16)
        self.pool = nn.MaxPool2d(2)
        self.relu = nn.ReLU(inplace=True)
        self.fc = nn.Linear(16 * 7 * 7, 10)

    def forward(self, x):
        x = self.pool(self.relu(self.bn1(self.conv1(x))))
        x = self.pool(self.relu(self.bn2(self.conv2(x))))
        return self.fc(x.flatten(1))


model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
criterion = nn.CrossEntropyLoss()
for epoch in range(3):
    model.train()
    running = 0.0
    for images, labels in train:
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        running += loss.item()
    print(f"epoch {epoch + 1} loss {running / len(train):.4f}")
model.eval()
with torch.no_grad():
    accuracy = (model(X[2000:]).argmax(1) == y[2000:]).float().mean().item()
print("test accuracy", accuracy)
