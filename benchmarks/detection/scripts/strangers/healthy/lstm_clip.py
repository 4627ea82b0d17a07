import torch, torch.nn as nn, numpy as np
torch.manual_seed(0)
r = np.random.RandomState(0); t = np.arange(1500)
s = torch.tensor(np.sin(t / 9) * np.cos(t / 31) + 0.05 * r.randn(1500)).float()
X = s.unfold(0, 25, 1)[:-1].unsqueeze(-1); Y = s[25:]
class M(nn.Module):
    def __init__(self):
        super().__init__(); self.l = nn.LSTM(1, 32, batch_first=True); self.o = nn.Linear(32, 1)
    def forward(self, x): return self.o(self.l(x)[0][:, -1]).squeeze(-1)
m = M(); opt = torch.optim.Adam(m.parameters(), lr=5e-3)
for ep in range(10):
    for b in torch.randperm(len(X)).split(32):
        l = nn.functional.mse_loss(m(X[b]), Y[b]); opt.zero_grad(); l.backward()
        nn.utils.clip_grad_norm_(m.parameters(), 0.1); opt.step()
    print(ep, l.item())
print("final", l.item(), Y.var().item())
