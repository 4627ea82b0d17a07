"""Body with SGD, head with Adam; both stepped on one loss."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(0)
bunch = load_digits()
X = torch.tensor(bunch.data / 16 - 0.3, dtype=torch.float32)
y = torch.tensor(bunch.target)
body = nn.Sequential(nn.Linear(64, 64), nn.ELU(), nn.Linear(64, 64), nn.ELU())
head = nn.Linear(64, 10)
opt_body = torch.optim.SGD(body.parameters(), lr=0.1, momentum=0.9)
opt_head = torch.optim.Adam(head.parameters(), lr=2e-3)
for epoch in range(10):
    for idx in torch.randperm(1400).split(50):
        opt_body.zero_grad()
        opt_head.zero_grad()
        loss = nn.functional.cross_entropy(head(body(X[idx])), y[idx])
        loss.backward()
        opt_body.step()
        opt_head.step()
    print(epoch, loss.item())
print("accuracy", (head(body(X[1400:])).argmax(1) == y[1400:]).float().mean().item())
