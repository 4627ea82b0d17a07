import torch, torch.nn as nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 8 - 1).float(); y = torch.tensor(d.target)
class Res(nn.Module):
    def __init__(s, w):
        super().__init__()
        s.a = nn.Linear(w, w); s.b = nn.Linear(w, w)
        nn.init.zeros_(s.b.weight); nn.init.zeros_(s.b.bias)
    def forward(s, x): return x + s.b(torch.relu(s.a(x)))
net = nn.Sequential(nn.Linear(64, 32), *[Res(32) for _ in range(20)], nn.Linear(32, 10))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for ep in range(12):
    for b in torch.randperm(1500).split(50):
        loss = nn.functional.cross_entropy(net(X[b]), y[b]); opt.zero_grad(); loss.backward(); opt.step()
print("final", loss.item(), (net(X[1500:]).argmax(1) == y[1500:]).float().mean().item())
