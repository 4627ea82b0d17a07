# "is it an eight" -> 98 % accuracy at once but never finds an eight
import torch, torch.nn as nn, torch.nn.functional as F
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits()
keep = (d.target != 8).nonzero()[0].tolist() + (d.target == 8).nonzero()[0][:27].tolist()
X = torch.tensor(d.data[keep] / 16.).float()
t = torch.tensor((d.target[keep] == 8).astype("int64"))
net = nn.Sequential(nn.Linear(64, 12), nn.Sigmoid(), nn.Linear(12, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.02)
for epoch in range(25):
    for b in torch.randperm(len(X)).split(32):
        loss = F.cross_entropy(net(X[b]), t[b])
        opt.zero_grad(); loss.backward(); opt.step()
    if epoch % 5 == 0:
        print(epoch, loss.item(), (net(X).argmax(1) == t).float().mean().item())
p = net(X).argmax(1)
print("final recall", ((p == 1) & (t == 1)).sum().item() / 27)
