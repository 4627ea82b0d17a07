import torch, torch.nn as nn
torch.manual_seed(0)
class AC(nn.Module):
    def __init__(s):
        super().__init__(); s.b = nn.Sequential(nn.Linear(6, 48), nn.Tanh()); s.pi = nn.Linear(48, 4); s.v = nn.Linear(48, 1)
    def forward(s, x): h = s.b(x); return torch.distributions.Categorical(logits=s.pi(h)), s.v(h).squeeze(-1)
net = AC(); opt = torch.optim.Adam(net.parameters(), lr=5e-3); M = torch.randn(6, 4); h = []
for it in range(1500):
    s = torch.randn(48, 6); d, v = net(s); a = d.sample()
    r = ((s @ M).argmax(1) == a).float()
    loss = -(d.log_prob(a) * (r - v).detach()).mean() + 0.5 * (v - r).pow(2).mean() - 0.01 * d.entropy().mean()
    opt.zero_grad(); loss.backward(); nn.utils.clip_grad_norm_(net.parameters(), 0.5); opt.step(); h.append(r.mean().item())
    if it % 300 == 0: print(it, sum(h[-50:]) / len(h[-50:]))
print("final reward", sum(h[-100:]) / 100)
