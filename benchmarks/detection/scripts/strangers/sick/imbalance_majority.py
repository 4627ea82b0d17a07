import torch, torch.nn as nn
from sklearn.datasets import make_classification
torch.manual_seed(0)
X, y = make_classification(n_samples=6000, n_features=15, n_informative=3, n_redundant=2, class_sep=0.5,
                           weights=[0.975], flip_y=0.01, random_state=4)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32)
print("fraud share", y.mean().item())
model = nn.Sequential(nn.Linear(15, 8), nn.ReLU(), nn.Linear(8, 1))
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(12):
    correct = 0
    for b in torch.randperm(6000).split(64):
        out = model(X[b]).squeeze(1)
        loss = criterion(out, y[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        correct += ((out > 0).float() == y[b]).sum().item()
    print(f"epoch {epoch} loss {loss.item():.4f} acc {correct / 6000:.4f}")
pred = (model(X).squeeze(1) > 0).float()
print("final recall", (pred * y).sum().item() / y.sum().item())
