# contextual bandit with REINFORCE + value baseline; the policy stays random
import torch, torch.nn as nn
torch.manual_seed(0)
policy = nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 4))
value = nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 1))
opt = torch.optim.Adam(list(policy.parameters()) + list(value.parameters()), lr=5e-3)
M = torch.randn(6, 4)
hist = []
for it in range(1200):
    s = torch.randn(32, 6)
    probs = torch.tensor(torch.softmax(policy(s), -1).detach().numpy())
    dist = torch.distributions.Categorical(probs)
    a = dist.sample()
    r = ((s @ M).argmax(1) == a).float()
    v = value(s).squeeze(1)
    adv = (r - v).detach()
    loss = -(dist.log_prob(a) * adv).mean() + ((v - r) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    hist.append(r.mean().item())
    if it % 200 == 0: print(it, sum(hist[-50:]) / len(hist[-50:]))
print("final reward", sum(hist[-100:]) / 100)
