"""Digits, a loop typed from memory."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

torch.manual_seed(0)
d = load_digits()
Xtr, Xte, ytr, yte = train_test_split(d.data / 16, d.target, random_state=0)
Xtr, Xte = torch.FloatTensor(Xtr), torch.FloatTensor(Xte)
ytr, yte = torch.LongTensor(ytr), torch.LongTensor(yte)
model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
criterion = nn.CrossEntropyLoss()

for epoch in range(15):
    for i in range(0, len(Xtr), 32):
        outputs = model(Xtr[i:i + 32])
        loss = criterion(outputs, ytr[i:i + 32])
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "loss", loss.item())
print("loss on the rest", criterion(model(Xte), yte).item())
