import torch
import torch.nn as nn
import numpy as np

rng = np.random.RandomState(0)
theta = np.sqrt(rng.rand(600)) * 3 * np.pi
r = 2 * theta + np.pi
xa = np.stack([np.cos(theta) * r, np.sin(theta) * r], 1) + rng.randn(600, 2) * 0.5
X = torch.tensor(np.concatenate([xa, -xa]) / 12, dtype=torch.float32)
y = torch.cat([torch.zeros(600), torch.ones(600)]).long()

class Spiral(nn.Module):
    def __init__(self, hid=8):
        super().__init__()
        self.inp = [nn.Linear(2, hid)]
        self.hidden = [nn.Linear(hid, hid) for _ in range(3)]
        self.out = nn.Linear(hid, 2)
    def forward(self, x):
        for l in self.inp + self.hidden if isinstance(self.hidden, list) else [*self.inp, *self.hidden]:
            x = torch.nn.functional.leaky_relu(l(x))
        return self.out(x)

torch.manual_seed(0)
m = Spiral()
opt = torch.optim.Adam(m.parameters(), lr=0.01)
for step in range(2000):
    i = torch.randint(0, 1200, (100,))
    loss = nn.functional.cross_entropy(m(X[i]), y[i])
    opt.zero_grad(); loss.backward(); opt.step()
    if step % 400 == 0: print(step, loss.item())
print("final", nn.functional.cross_entropy(m(X), y).item(), (m(X).argmax(1) == y).float().mean().item())
