import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target)
model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(15):
    for b in torch.randperm(len(X)).split(32):
        loss = nn.functional.cross_entropy(model(X[b]), y[b])
        loss.backward()
        optimizer.zero_grad(set_to_none=False)
        optimizer.step()
    print(epoch, loss.item())
print("final", loss.item())
