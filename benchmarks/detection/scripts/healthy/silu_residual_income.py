"""A residual network of SiLU blocks with layer normalisation on the census table."""
import torch
import torch.nn as nn

from data import income

torch.manual_seed(0)
x, y = income(4000)
x, y = torch.tensor(x), torch.tensor(y, dtype=torch.long)
x = (x - x.mean(0)) / (x.std(0) + 1e-6)


class ResBlock(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.lin1 = nn.Linear(dim, 2 * dim)
        self.act = nn.SiLU()
        self.lin2 = nn.Linear(2 * dim, dim)

    def forward(self, x):
        return x + self.lin2(self.act(self.lin1(self.norm(x))))


model = nn.Sequential(nn.Linear(14, 32), *[ResBlock(32) for _ in range(4)], nn.LayerNorm(32), nn.Linear(32, 2))
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
lossf = nn.CrossEntropyLoss()
for ep in range(4):
    for i in range(0, 3200, 64):
        optimizer.zero_grad()
        out = model(x[i:i + 64])
        loss = lossf(out, y[i:i + 64])
        loss.backward()
        optimizer.step()
    print("ep", ep, "loss", loss.item())
model.eval()
with torch.inference_mode():
    print("accuracy", (model(x[3200:]).argmax(1) == y[3200:]).float().mean().item())
