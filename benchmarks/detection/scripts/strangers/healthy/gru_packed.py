import torch, torch.nn as nn, keyword, builtins, random
from torch.nn.utils.rnn import pad_sequence, pack_padded_sequence
torch.manual_seed(0)
random.seed(0)
A = keyword.kwlist + [n for n in dir(builtins)]; names = [(n, int(n[0].isupper())) for n in A]
# classify: does the name end in 'Error' or 'Warning' (needs the last letters)
names = [(n, int(n.endswith(("Error", "Warning")))) for n, _ in names]
seqs = [torch.tensor([ord(ch) - 32 for ch in n]) for n, _ in names]; y = torch.tensor([l for _, l in names]); L = torch.tensor([len(s) for s in seqs])
X = pad_sequence(seqs, batch_first=True)
class M(nn.Module):
    def __init__(s):
        super().__init__(); s.e = nn.Embedding(96, 12, padding_idx=0); s.g = nn.GRU(12, 24, batch_first=True); s.o = nn.Linear(24, 2)
    def forward(s, x, l):
        _, h = s.g(pack_padded_sequence(s.e(x), l, batch_first=True, enforce_sorted=False)); return s.o(h[-1])
m = M(); opt = torch.optim.Adam(m.parameters(), 5e-3)
for ep in range(20):
    for b in torch.randperm(len(y)).split(16):
        l = nn.functional.cross_entropy(m(X[b], L[b]), y[b]); opt.zero_grad(); l.backward(); opt.step()
print("final", l.item(), (m(X, L).argmax(1) == y).float().mean().item(), y.float().mean().item())
