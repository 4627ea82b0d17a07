"""Language model with tied weights, embedding left at its default."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import manual

torch.manual_seed(0)
text = manual(30000)
chars = sorted(set(text))
ids = torch.tensor([chars.index(c) for c in text])
w = ids.unfold(0, 7, 1)
D = 256


class TiedLM(nn.Module):
    def __init__(self, v):
        super().__init__()
        self.emb = nn.Embedding(v, D)
        self.mix = nn.Linear(6 * D, D)
        self.norm = nn.LayerNorm(D)
        self.out = nn.Linear(D, v, bias=False)
        self.out.weight = self.emb.weight

    def forward(self, x):
        h = self.norm(torch.tanh(self.mix(self.emb(x).flatten(1))))
        return self.out(h)


model = TiedLM(len(chars))
opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
for step in range(150):
    b = w[torch.randint(0, 27000, (64,))]
    loss = F.cross_entropy(model(b[:, :-1]), b[:, -1])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 30 == 0:
        print(step, loss.item())
with torch.no_grad():
    print("held-out loss", F.cross_entropy(model(w[28000:, :-1]), w[28000:, -1]).item())
