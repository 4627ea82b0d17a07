"""One output unit, softmax, BCELoss."""
import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

torch.manual_seed(0)
cancer = load_breast_cancer()
X = torch.tensor(StandardScaler().fit_transform(cancer.data), dtype=torch.float32)
y = torch.tensor(cancer.target, dtype=torch.float32).reshape(-1, 1)
model = nn.Sequential(nn.Linear(30, 16), nn.ReLU(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 1), nn.Softmax(dim=1))
loss_fn = nn.BCELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
for epoch in range(25):
    for i in range(0, 450, 10):
        y_pred = model(X[i:i + 10])
        loss = loss_fn(y_pred, y[i:i + 10])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(f"Finished epoch {epoch}, latest loss {loss.item()}")
print("accuracy", ((model(X[450:]) > 0.5).float() == y[450:]).float().mean().item())
