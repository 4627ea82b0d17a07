import torch, torch.nn as nn
torch.manual_seed(0)
t = torch.arange(1200).float(); sales = torch.relu(torch.round(3 * torch.sin(t / 7) + 2 + torch.rand(1200)))
X = sales.unfold(0, 14, 1)[:-1] / 5; y = sales[14:]
net = nn.Sequential(nn.Linear(14, 32), nn.ReLU(), nn.Linear(32, 1)); opt = torch.optim.Adam(net.parameters(), 1e-3)
for ep in range(30):
    for b in torch.randperm(len(X)).split(32):
        p = net(X[b]).squeeze(1)
        loss = ((p - y[b]) / y[b]).abs().mean()
        opt.zero_grad(); loss.backward(); opt.step()
    if ep % 6 == 0: print(ep, loss.item())
print("final", loss.item())
