import torch, torch.nn as nn, inspect, heapq
torch.manual_seed(0)
text = inspect.getsource(heapq)[:16000]; ch = sorted(set(text)); D = torch.tensor([ch.index(c) for c in text]); n = len(D) // 8; D = D[:n * 8].view(8, n)
class M(nn.Module):
    def __init__(s): super().__init__(); s.e = nn.Embedding(len(ch), 32); s.r = nn.GRU(32, 64, batch_first=True); s.o = nn.Linear(64, len(ch))
    def forward(s, x, h): z, h = s.r(s.e(x), h); return s.o(z), h
m = M(); opt = torch.optim.Adam(m.parameters(), 4e-3)
for ep in range(5):
    h = None
    for i in range(0, n - 26, 25):
        out, h = m(D[:, i:i + 25], h); h = h.detach()
        l = nn.functional.cross_entropy(out.transpose(1, 2), D[:, i + 1:i + 26]); opt.zero_grad(); l.backward(); nn.utils.clip_grad_norm_(m.parameters(), 1.); opt.step()
    print(ep, l.item())
print("final", l.item())
