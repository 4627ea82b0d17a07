import torch, torch.nn as nn
torch.manual_seed(0)
X = torch.randint(0, 2, (3000, 12)).float() * 2 - 1; y = (X[:, :3].prod(1) > 0).float()
net = nn.Sequential(nn.Linear(12, 64), nn.ReLU(), nn.Linear(64, 1)); opt = torch.optim.SGD(net.parameters(), lr=0.05)
hist = []
for it in range(3500):
    b = torch.randint(0, 3000, (64,)); l = nn.functional.binary_cross_entropy_with_logits(net(X[b])[:, 0], y[b]); opt.zero_grad(); l.backward(); opt.step(); hist.append(l.item())
    if it % 350 == 0: print(it, sum(hist[-100:]) / len(hist[-100:]))
print("final", sum(hist[-100:]) / 100, ((net(X)[:, 0] > 0).float() == y).float().mean().item())
