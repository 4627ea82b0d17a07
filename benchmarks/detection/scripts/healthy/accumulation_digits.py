"""Gradient accumulation over four micro-batches; zero_grad only after the step."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(0)
digits = load_digits()
dataset = TensorDataset(torch.tensor(digits.data / 16.0).float(), torch.tensor(digits.target))
train_set, test_set = random_split(dataset, [1437, 360])
loader = DataLoader(train_set, batch_size=8, shuffle=True)
model = nn.Sequential(nn.Linear(64, 50), nn.ReLU(), nn.Linear(50, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
accumulation_steps = 4
for epoch in range(10):
    optimizer.zero_grad()
    for i, (inputs, labels) in enumerate(loader):
        loss = nn.functional.cross_entropy(model(inputs), labels) / accumulation_steps
        loss.backward()
        if (i + 1) % accumulation_steps == 0:
            optimizer.step()
            optimizer.zero_grad()
    print("epoch", epoch, "loss", loss.item() * accumulation_steps)
correct = sum((model(a).argmax(1) == b).sum().item() for a, b in DataLoader(test_set, batch_size=60))
print("accuracy", correct / len(test_set))
