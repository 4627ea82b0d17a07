"""Scaled dot-product attention over a sequence, which symbol follows the marker?"""
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
V, L = 12, 15


def batch(n):
    seq = torch.randint(1, V, (n, L))
    at = torch.randint(0, L - 1, (n,))
    seq[torch.arange(n), at] = 0
    return seq, seq[torch.arange(n), at + 1]


class Finder(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.token = nn.Embedding(V, d)
        self.place = nn.Parameter(torch.randn(L, d) * 0.3)
        self.mix = nn.Conv1d(d, d, 2, padding=1)
        self.q = nn.Parameter(torch.randn(1, 1, d) * d ** -0.5)
        self.k, self.v = nn.Linear(d, d), nn.Linear(d, d)
        self.out = nn.Linear(d, V)

    def forward(self, ids):
        x = self.token(ids) + self.place
        x = F.gelu(self.mix(x.transpose(1, 2))[..., 1:].transpose(1, 2))
        a = F.scaled_dot_product_attention(self.q.expand(len(x), -1, -1), self.k(x), self.v(x))
        return self.out(a.squeeze(1))


model = Finder()
opt = torch.optim.Adam(model.parameters(), lr=4e-3)
for step in range(400):
    x, t = batch(64)
    loss = F.cross_entropy(model(x), t)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(step, loss.item())
x, t = batch(500)
print("accuracy", (model(x).argmax(1) == t).float().mean().item())
