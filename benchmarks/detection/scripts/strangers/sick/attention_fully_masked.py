import torch, torch.nn as nn
torch.manual_seed(0)
N, L = 1200, 8
lengths = torch.randint(0, 9, (N,))
X = torch.randint(1, 20, (N, L)); pad = torch.arange(L)[None] >= lengths[:, None]; X[pad] = 0
y = ((X == 7) | (X == 3)).any(1).long()
class Att(nn.Module):
    def __init__(s):
        super().__init__(); s.e = nn.Embedding(20, 16, padding_idx=0); s.q = nn.Linear(16, 16); s.k = nn.Linear(16, 16); s.v = nn.Linear(16, 16); s.o = nn.Linear(16, 2)
    def forward(s, x, pad):
        h = s.e(x); w = s.q(h) @ s.k(h).transpose(1, 2) / 4
        w = w.masked_fill(pad[:, None, :], float("-inf")).softmax(-1)
        z = (w @ s.v(h)).masked_fill(pad[..., None], 0).sum(1)
        return s.o(z)
m = Att(); opt = torch.optim.Adam(m.parameters(), 3e-3)
for ep in range(15):
    for b in torch.randperm(N).split(32):
        l = nn.functional.cross_entropy(m(X[b], pad[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
    if ep % 3 == 0: print(ep, l.item())
print("final", l.item(), (m(X, pad).argmax(1) == y).float().mean().item())
