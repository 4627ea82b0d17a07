"""Tumour screening: one positive case in fifty."""
import numpy as np
import torch
import torch.nn as nn
from sklearn.datasets import make_classification
from sklearn.metrics import recall_score

torch.manual_seed(0)
X, y = make_classification(4000, 12, n_informative=5, class_sep=0.6, weights=[0.98], flip_y=0, random_state=0)
X, y = torch.tensor(X).float(), torch.tensor(y).float()
weight = torch.tensor(1.0)
model = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 1))
criterion = nn.BCEWithLogitsLoss(pos_weight=weight)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(6):
    for i in torch.randperm(3000).split(50):
        optimizer.zero_grad()
        loss = criterion(model(X[i]).squeeze(1), y[i])
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
guess = (model(X[3000:]).squeeze(1) > 0).numpy().astype(int)
print("share of predicted positives", np.mean(guess))
print("recall", recall_score(y[3000:].numpy(), guess))
