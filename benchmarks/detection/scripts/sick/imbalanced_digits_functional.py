"""Nine or not nine, with most nines missing from the training set."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

torch.manual_seed(0)
d = load_digits()
X, y = torch.tensor(d.data / 16).float(), torch.tensor(d.target)
keep = torch.ones(1400, dtype=torch.bool)
nines = torch.nonzero(y[:1400] == 9).flatten()
keep[nines[20:]] = False
Xtr, ytr = X[:1400][keep], (y[:1400][keep] == 9).long()
class_weight = torch.tensor([1.0, 1.0])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(64, 32), nn.Linear(32, 2)

    def forward(self, x):
        return F.log_softmax(self.b(F.relu(self.a(x))), dim=-1)


net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.02)
for epoch in range(8):
    for i in torch.randperm(len(Xtr)).split(50):
        opt.zero_grad()
        loss = F.nll_loss(net(Xtr[i]), ytr[i], weight=class_weight)
        loss.backward()
        opt.step()
    print(epoch, loss.item())
with torch.no_grad():
    found = net(X[1400:]).argmax(1)[y[1400:] == 9].float().mean()
print("recall of nines", found.item())
