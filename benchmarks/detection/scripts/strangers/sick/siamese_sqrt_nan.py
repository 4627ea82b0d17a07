# siamese network with contrastive loss gives nan
import torch, torch.nn as nn, random
from sklearn.datasets import load_digits
random.seed(0); torch.manual_seed(0)
d = load_digits()
X = torch.tensor(d.data / 16.).float(); Y = d.target.tolist()
by = {c: [i for i, t in enumerate(Y) if t == c] for c in range(10)}

class SiameseNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(64, 64), nn.ReLU(inplace=True), nn.Linear(64, 16))
    def forward_once(self, x):
        return self.fc(x)
    def forward(self, a, b):
        return self.forward_once(a), self.forward_once(b)

class ContrastiveLoss(nn.Module):
    def __init__(self, margin=2.0):
        super().__init__()
        self.margin = margin
    def forward(self, o1, o2, label):
        dist = torch.sqrt(torch.sum((o1 - o2) ** 2, dim=1))
        return torch.mean((1 - label) * dist ** 2 + label * torch.clamp(self.margin - dist, min=0.0) ** 2)

def batch(n=64):
    a, b, l = [], [], []
    for _ in range(n):
        c = random.randrange(10)
        i = random.choice(by[c])
        if random.random() < .5:
            j = random.choice(by[c]); l.append(0.)
        else:
            j = random.choice(by[random.choice([k for k in range(10) if k != c])]); l.append(1.)
        a.append(i); b.append(j)
    return X[a], X[b], torch.tensor(l)

net = SiameseNetwork(); crit = ContrastiveLoss()
opt = torch.optim.Adam(net.parameters(), lr=5e-4)
for it in range(1500):
    x0, x1, lab = batch()
    opt.zero_grad()
    loss = crit(*net(x0, x1), lab)
    loss.backward()
    opt.step()
    if it % 300 == 0: print(it, loss.item())
print("final", loss.item())
