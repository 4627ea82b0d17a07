# DQN on a hand-written cart pole
import math, random
from collections import deque
import torch, torch.nn as nn
random.seed(0); torch.manual_seed(0)

class CartPole:
    def reset(self):
        self.s = [random.uniform(-.05, .05) for _ in range(4)]; self.t = 0
        return list(self.s)
    def step(self, a):
        x, xd, th, thd = self.s
        f = 10. if a == 1 else -10.
        c, s = math.cos(th), math.sin(th)
        tmp = (f + 0.05 * thd ** 2 * s) / 1.1
        tha = (9.8 * s - c * tmp) / (0.5 * (4 / 3 - 0.1 * c * c / 1.1))
        xa = tmp - 0.05 * tha * c / 1.1
        self.s = [x + .02 * xd, xd + .02 * xa, th + .02 * thd, thd + .02 * tha]
        self.t += 1
        done = abs(self.s[0]) > 2.4 or abs(self.s[2]) > 0.2095 or self.t >= 200
        return list(self.s), 1.0, done

def make_q():
    return nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2), nn.Sigmoid())

q, target = make_q(), make_q()
target.load_state_dict(q.state_dict())
opt = torch.optim.Adam(q.parameters(), lr=1e-3)
mem = deque(maxlen=5000)
env, eps, steps, returns = CartPole(), 1.0, 0, []
for ep in range(160):
    s, R, done = env.reset(), 0, False
    while not done:
        a = random.randrange(2) if random.random() < eps else q(torch.tensor(s)).argmax().item()
        s2, r, done = env.step(a)
        mem.append((s, a, r, s2, float(done and env.t < 200)))
        s = s2; R += r; steps += 1
        if len(mem) > 200:
            b = random.sample(mem, 32)
            S, A, Rw, S2, D = map(torch.tensor, zip(*b))
            with torch.no_grad():
                y = Rw + 0.98 * (1 - D) * target(S2).max(1).values
            loss = nn.functional.mse_loss(q(S).gather(1, A.view(-1, 1)).squeeze(1), y)
            opt.zero_grad(); loss.backward(); opt.step()
        if steps % 200 == 0:
            target.load_state_dict(q.state_dict())
    eps = max(0.05, eps * 0.97); returns.append(R)
    if steps > 6000: break
print("final mean return", sum(returns[-20:]) / 20, "loss", loss.item())
