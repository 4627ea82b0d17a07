"""A feed-forward language model whose output layer shares the embedding's weights."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import manual

torch.manual_seed(0)
text = manual(30000)
alphabet = sorted(set(text))
ids = torch.tensor([alphabet.index(c) for c in text])
CONTEXT = 8
windows = ids.unfold(0, CONTEXT + 1, 1)


class TiedLM(nn.Module):
    def __init__(self, v, d=32):
        super().__init__()
        self.emb = nn.Embedding(v, d)
        nn.init.normal_(self.emb.weight, std=d ** -0.5)
        self.fc1 = nn.Linear(CONTEXT * d, 128)
        self.fc2 = nn.Linear(128, d)
        self.out = nn.Linear(d, v, bias=False)
        self.out.weight = self.emb.weight

    def forward(self, x):
        h = torch.tanh(self.fc1(self.emb(x).flatten(1)))
        return self.out(self.fc2(h))


model = TiedLM(len(alphabet))
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(500):
    b = windows[torch.randint(0, 27000, (128,))]
    loss = F.cross_entropy(model(b[:, :-1]), b[:, -1])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 0:
        print(step, loss.item())
held = windows[27100:]
print("held-out loss", F.cross_entropy(model(held[:, :-1]), held[:, -1]).item())
