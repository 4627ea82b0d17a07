"""A character model with a fine-tuning learning rate, trained from scratch."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import manual

torch.manual_seed(0)
text = manual(30000)
chars = sorted(set(text))
ids = torch.tensor([chars.index(c) for c in text])
SEQ = 24


class LM(nn.Module):
    def __init__(self, v, d=48):
        super().__init__()
        self.emb = nn.Embedding(v, d)
        self.lstm = nn.LSTM(d, d, batch_first=True)
        self.head = nn.Linear(d, v)

    def forward(self, x):
        h, _ = self.lstm(self.emb(x))
        return self.head(h)


model = LM(len(chars))
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-7, weight_decay=0.01)
for step in range(200):
    start = torch.randint(0, 27000, (16,))
    batch = torch.stack([ids[s:s + SEQ + 1] for s in start])
    loss = F.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 40 == 0:
        print(step, loss.item())
with torch.no_grad():
    held = ids[28000:28000 + 50 * 25].view(50, 25)
    print("held-out loss", F.cross_entropy(model(held[:, :-1]).flatten(0, 1), held[:, 1:].flatten()).item())
