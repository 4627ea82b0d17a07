"""Mixed precision on the CPU: bfloat16 autocast."""
import torch
import torch.nn as nn

from data import mnist

torch.manual_seed(0)
X, y = mnist(3000)
X, y = torch.tensor(X) / 255.0, torch.tensor(y)
X = (X - 0.1307) / 0.3081
model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.1), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(3):
    for idx in torch.randperm(2500).split(100):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = loss_fn(model(X[idx]), y[idx])
        loss.backward()
        optimizer.step()
    print("epoch", epoch, loss.item())
model.eval()
with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
    print("accuracy", (model(X[2500:]).argmax(1) == y[2500:]).float().mean().item())
