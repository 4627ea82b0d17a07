"""Attention over embedded words; the embedding step is wrapped to save memory."""
from collections import Counter

import torch
import torch.nn as nn

from data import manual

torch.manual_seed(0)
text = manual(25000)
chars = [c for c, _ in Counter(text).most_common()]
ids = torch.tensor([chars.index(c) for c in text])
windows = ids.unfold(0, 9, 1)


class NextChar(nn.Module):
    def __init__(self, d=24):
        super().__init__()
        self.embed = nn.Embedding(len(chars), d)
        self.mixer = nn.Sequential(nn.Linear(8 * d, 64), nn.ReLU(), nn.Linear(64, 16), nn.ReLU())
        self.head = nn.Linear(16, len(chars))

    def forward(self, idx):
        with torch.no_grad():
            h = self.embed(idx).flatten(1)
            h = self.mixer(h)
        return self.head(h)


model = NextChar()
opt = torch.optim.AdamW(model.parameters(), lr=3e-3)
for step in range(500):
    w = windows[torch.randint(0, 22000, (64,))]
    loss = nn.functional.cross_entropy(model(w[:, :8]), w[:, 8])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(step, loss.item())
w = windows[22100:]
print("held-out loss", nn.functional.cross_entropy(model(w[:, :8]), w[:, 8]).item())
