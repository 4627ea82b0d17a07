import torch, torch.nn as nn
from sklearn.datasets import load_digits
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target); aux = torch.tensor(d.data.sum(1) > 313).float()
lambda_aux = 1.0
class MT(nn.Module):
    def __init__(self):
        super().__init__(); self.trunk = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 4), nn.ReLU()); self.main = nn.Linear(4, 10); self.aux = nn.Linear(4, 1)
    def forward(self, x):
        h = self.trunk(x)
        return self.main(h.detach()), self.aux(h).squeeze(1)
torch.manual_seed(0); m = MT(); opt = torch.optim.Adam(m.parameters(), 3e-3)
for ep in range(30):
    for b in torch.randperm(1797).split(48):
        o, a = m(X[b]); l = nn.functional.cross_entropy(o, y[b]) + lambda_aux * nn.functional.binary_cross_entropy_with_logits(a, aux[b])
        opt.zero_grad(); l.backward(); opt.step()
    if ep % 6 == 0: print(ep, l.item())
print("final", l.item(), (m(X)[0].argmax(1) == y).float().mean().item())
