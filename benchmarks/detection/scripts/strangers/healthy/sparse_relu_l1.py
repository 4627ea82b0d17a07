import torch
from torch import nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
X = torch.tensor(load_digits().data / 16.).float()
class SparseAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(64, 256); self.dec = nn.Linear(256, 64)
        nn.init.constant_(self.enc.bias, -0.3)
    def forward(self, x):
        z = torch.relu(self.enc(x))
        return self.dec(z), z
m = SparseAE(); opt = torch.optim.Adam(m.parameters(), lr=2e-3)
for ep in range(40):
    for b in torch.randperm(len(X)).split(64):
        r, z = m(X[b])
        loss = ((r - X[b]) ** 2).mean() + 2e-3 * z.abs().mean()
        opt.zero_grad(); loss.backward(); opt.step()
r, z = m(X)
print("final mse", ((r - X) ** 2).mean().item(), "var", X.var(0).mean().item(), "active", (z > 0).float().mean().item())
