import math

import torch
import torch.nn.functional as F
from fingerprint import show
from torch import nn

torch.manual_seed(4)


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        q, k, v = (t.unflatten(-1, (2, -1)).transpose(1, 2) for t in self.qkv(x).chunk(3, -1))
        return self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=0.1).transpose(1, 2).flatten(2))


class Model(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.embed = nn.Embedding(30, width)
        self.place = nn.Parameter(torch.randn(8, width) / math.sqrt(width))
        self.norm, self.attention = nn.LayerNorm(width), Attention(width)
        self.encoder = nn.TransformerEncoderLayer(width, 4, 64, batch_first=True, norm_first=True)
        self.multi = nn.MultiheadAttention(width, 4, batch_first=True)
        self.head = nn.Linear(width, 30, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, tokens):
        x = self.embed(tokens) + self.place
        x = x + self.attention(self.norm(x))
        x = self.encoder(x)
        x = x + self.multi(x, x, x, need_weights=False)[0]
        return {"logits": self.head(F.rms_norm(x, (32,)))}


net = Model()
optimizer = torch.optim.AdamW(net.parameters(), lr=3e-4)
for step in range(12):
    tokens = torch.randint(0, 30, (4, 9))
    logits = net(tokens[:, :-1])["logits"]
    loss = F.cross_entropy(logits.reshape(-1, 30), tokens[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 5 == 0:
        net.eval()
        with torch.inference_mode():
            print(net(tokens[:, :-1])["logits"].sum().item())
        net.train()
show(net)
