"""Digits with an L1 penalty on the hidden activations: most of them are zero, and that is wanted."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

torch.manual_seed(0)
digits = load_digits()
Xtr, Xte, ytr, yte = train_test_split(digits.data / 16.0, digits.target, test_size=0.25, random_state=0)
Xtr, Xte = torch.tensor(Xtr, dtype=torch.float32), torch.tensor(Xte, dtype=torch.float32)
ytr, yte = torch.tensor(ytr), torch.tensor(yte)


class SparseNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(64, 128)
        self.decode = nn.Linear(128, 10)

    def forward(self, x):
        h = F.relu(self.encode(x))
        return self.decode(h), h


model = SparseNet()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(15):
    perm = torch.randperm(len(Xtr))
    for i in range(0, len(Xtr), 32):
        idx = perm[i:i + 32]
        logits, h = model(Xtr[idx])
        loss = F.cross_entropy(logits, ytr[idx]) + 0.05 * h.abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
with torch.no_grad():
    logits, h = model(Xte)
print("share of zeros", (h == 0).float().mean().item())
print("accuracy", (logits.argmax(1) == yte).float().mean().item())
