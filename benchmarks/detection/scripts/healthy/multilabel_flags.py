"""Three independent yes/no flags from twenty counts."""
import torch
import torch.nn as nn

from data import three_flags

torch.manual_seed(3)
X, Y = (torch.from_numpy(a) for a in three_flags())
mean, std = X[:1200].mean(0), X[:1200].std(0)
X = (X - mean) / std
model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 3), nn.Sigmoid())
opt = torch.optim.RMSprop(model.parameters(), lr=1e-3)
criterion = nn.BCELoss()
for epoch in range(20):
    for start in range(0, 1200, 48):
        out = model(X[start:start + 48])
        loss = criterion(out, Y[start:start + 48])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 5 == 4:
        print(epoch + 1, loss.item())
with torch.no_grad():
    print("mean flag accuracy", ((model(X[1200:]) > 0.5).float() == Y[1200:]).float().mean().item())
