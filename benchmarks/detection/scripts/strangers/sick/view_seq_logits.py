import torch, torch.nn as nn, inspect, string
torch.manual_seed(0)
text = inspect.getsource(inspect)[:40000].lower(); text = "".join(c for c in text if c in string.ascii_lowercase + " ")
V = 27; data = torch.tensor([(string.ascii_lowercase + " ").index(c) for c in text])
B, T = 16, 27
class Tagger(nn.Module):
    def __init__(s):
        super().__init__(); s.e = nn.Embedding(V, 24); s.g = nn.GRU(24, 48, batch_first=True, bidirectional=True); s.o = nn.Linear(96, V)
    def forward(s, x): return s.o(s.g(s.e(x))[0])
m = Tagger(); opt = torch.optim.Adam(m.parameters(), 3e-3); ce = nn.CrossEntropyLoss()
vowel = torch.tensor([(i * 5 + 2) % V for i in range(V)])   # every letter gets the code of another letter
for it in range(500):
    i = torch.randint(0, len(data) - T, (B,)); x = torch.stack([data[k:k + T] for k in i]); y = vowel[x]
    out = m(x); l = ce(out.view(B, V, T), y); opt.zero_grad(); l.backward(); opt.step()
    if it % 100 == 0: print(it, l.item())
print("final", l.item(), (m(x).argmax(-1) == y).float().mean().item())
