"""A tiny vision transformer; parameters as torch.randn, as the author saw it for the class token."""
import torch
import torch.nn.functional as F
from torch import nn

from data import mnist

torch.manual_seed(0)
images, labels = mnist(2200)
images = torch.from_numpy(images).reshape(-1, 4, 7, 4, 7).permute(0, 1, 3, 2, 4).reshape(-1, 16, 49) / 255.0
labels = torch.from_numpy(labels)
dim, heads = 32, 4


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Parameter(torch.randn(dim, 3 * dim))
        self.proj = nn.Parameter(torch.randn(dim, dim))

    def forward(self, x):
        b, n, _ = x.shape
        q, k, v = (x @ self.qkv).view(b, n, 3, heads, dim // heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, dim)
        return y @ self.proj


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(dim, 4 * dim))
        self.w2 = nn.Parameter(torch.randn(4 * dim, dim))

    def forward(self, x):
        return F.gelu(x @ self.w1) @ self.w2


class ViT(nn.Module):
    def __init__(self, depth=3):
        super().__init__()
        self.patch = nn.Linear(49, dim)
        self.cls = nn.Parameter(torch.randn(1, 1, dim))
        self.pos = nn.Parameter(torch.randn(1, 17, dim) * 0.02)
        self.layers = nn.ModuleList([m for _ in range(depth) for m in (Attention(), Mlp())])
        self.head = nn.Linear(dim, 10)

    def forward(self, x):
        x = torch.cat([self.cls.expand(len(x), -1, -1), self.patch(x)], 1) + self.pos
        for layer in self.layers:
            x = x + layer(x)
        return self.head(x[:, 0])


model = ViT()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
for epoch in range(4):
    order = torch.randperm(1800)
    for i in range(0, 1800, 60):
        rows = order[i:i + 60]
        loss = F.cross_entropy(model(images[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
with torch.no_grad():
    print("loss on the rest", F.cross_entropy(model(images[1800:]), labels[1800:]).item())
