"""A character language model: pre-norm transformer blocks, AdamW, causal attention."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import manual

torch.manual_seed(0)
text = manual(40000)
chars = sorted(set(text))
ids = torch.tensor([chars.index(c) for c in text])
T, D = 32, 48


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.attn = nn.MultiheadAttention(d, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(d, 4 * d), nn.GELU(), nn.Linear(4 * d, d))

    def forward(self, x, mask):
        h = self.ln1(x)
        x = x + self.attn(h, h, h, attn_mask=mask, need_weights=False)[0]
        return x + self.mlp(self.ln2(x))


class GPT(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.tok = nn.Embedding(vocabulary, D)
        self.pos = nn.Embedding(T, D)
        self.blocks = nn.ModuleList(Block(D, 4) for _ in range(2))
        self.ln = nn.LayerNorm(D)
        self.head = nn.Linear(D, vocabulary)
        self.register_buffer("mask", torch.triu(torch.full((T, T), float("-inf")), 1))

    def forward(self, idx):
        x = self.tok(idx) + self.pos(torch.arange(idx.shape[1]))
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.ln(x))


model = GPT(len(chars))
opt = torch.optim.AdamW(model.parameters(), lr=3e-3)
for step in range(150):
    start = torch.randint(0, 36000 - T - 1, (16,))
    batch = torch.stack([ids[s:s + T + 1] for s in start])
    loss = F.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
    opt.zero_grad(set_to_none=True)
    loss.backward()
    opt.step()
    if step % 50 == 0:
        print(step, loss.item())
model.eval()
with torch.no_grad():
    held = ids[36000:36000 + 60 * (T + 1)].view(60, T + 1)
    print("validation loss", F.cross_entropy(model(held[:, :-1]).flatten(0, 1), held[:, 1:].flatten()).item())
