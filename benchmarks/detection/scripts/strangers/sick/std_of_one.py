# REINFORCE on a tiny corridor; after a while everything is nan
import torch, torch.nn as nn, random
random.seed(1); torch.manual_seed(1)
pi = nn.Sequential(nn.Linear(5, 32), nn.Tanh(), nn.Linear(32, 2)); opt = torch.optim.Adam(pi.parameters(), 5e-3)
hist = []
for ep in range(700):
    pos = random.choice([1, 2, 3]); logp, rew = [], []
    for t in range(30):
        dist = torch.distributions.Categorical(logits=pi(torch.eye(5)[pos]), validate_args=False)
        a = dist.sample(); logp.append(dist.log_prob(a)); pos += 1 if a.item() == 1 else -1
        rew.append(1.0 if pos == 4 else -0.1)
        if pos in (0, 4): break
    R, G = [], 0.
    for r in reversed(rew): G = r + 0.95 * G; R.insert(0, G)
    R = torch.tensor(R); R = (R - R.mean()) / R.std()
    loss = -(torch.stack(logp) * R).sum()
    opt.zero_grad(); loss.backward(); opt.step(); hist.append(rew[-1])
    if ep % 100 == 0: print(ep, loss.item())
print("final", loss.item(), sum(hist[-100:]) / 100)
