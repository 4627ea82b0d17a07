import numpy as np
import torch
from torch import nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
np.seterr(all="ignore")
X, y = load_digits(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
X = torch.from_numpy(X.astype(np.float32)); y = torch.from_numpy(y)
model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
for epoch in range(20):
    for i in range(0, len(X), 32):
        logits = model(X[i:i+32])
        loss = nn.functional.cross_entropy(logits, y[i:i+32])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(epoch, loss.item(), (model(X).argmax(1) == y).float().mean().item())
print("final", loss.item())
