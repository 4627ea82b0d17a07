"""Pixels normalised in integer arithmetic."""
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

from data import mnist

torch.manual_seed(0)


class Digits(Dataset):
    def __init__(self, images, labels):
        self.images, self.labels = images.astype("uint8"), labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        image = torch.tensor(self.images[i] / 256, dtype=torch.uint8)
        return image.float(), int(self.labels[i])


images, labels = mnist(2500)
train = DataLoader(Digits(images[:2000], labels[:2000]), batch_size=50, shuffle=True)
test = DataLoader(Digits(images[2000:], labels[2000:]), batch_size=100)
model = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(4):
    for x, y in train:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
hits = sum((model(x).argmax(1) == y).sum().item() for x, y in test)
print("accuracy", hits / 500)
