import torch, torch.nn as nn
torch.manual_seed(0)
L = 120
class R(nn.Module):
    def __init__(s): super().__init__(); s.h = 24; s.c = nn.RNNCell(4, s.h); s.o = nn.Linear(s.h, 4)
    def forward(s, x):
        h = torch.zeros(x.shape[0], s.h)
        for t in range(x.shape[1]): h = s.c(x[:, t], h)
        return s.o(h)
m = R(); opt = torch.optim.SGD(m.parameters(), 0.1)
for it in range(300):
    y = torch.randint(0, 4, (32,)); x = 0.5 * torch.randn(32, L, 4); x[:, 0] = torch.eye(4)[y]
    l = nn.functional.cross_entropy(m(x), y); opt.zero_grad(); l.backward(); opt.step()
    if it % 50 == 0: print(it, l.item())
print("final", l.item())
