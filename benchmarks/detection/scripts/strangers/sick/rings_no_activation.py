import pandas as pd
import torch
import torch.nn as nn
import torch.optim as optim
from data import TABLES

df = pd.read_csv(TABLES / "drawn_rings.csv")
X = torch.tensor(df[['x1', 'x2']].values, dtype=torch.float32)
y = torch.tensor(df['ring'].values, dtype=torch.float32)

class CircleModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 64)
        self.fc2 = nn.Linear(64, 64)
        self.fc3 = nn.Linear(64, 1)
    def forward(self, x):
        x = self.fc1(x)
        x = self.fc2(x)
        return self.fc3(x)

torch.manual_seed(42)
model_0 = CircleModel()
loss_fn = nn.BCEWithLogitsLoss()
optimizer = optim.SGD(model_0.parameters(), lr=0.1)
for epoch in range(1000):
    model_0.train()
    y_logits = model_0(X).squeeze()
    y_pred = torch.round(torch.sigmoid(y_logits))
    loss = loss_fn(y_logits, y)
    acc = (y_pred == y).float().mean() * 100
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 200 == 0:
        print(f"Epoch: {epoch} | Loss: {loss:.5f}, Acc: {acc:.2f}%")
print("final", loss.item(), acc.item())
