"""A transformer encoder on MNIST-1D patches under Adam."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import mnist1d

torch.manual_seed(0)
x, y, xt, yt = (torch.from_numpy(v) for v in mnist1d(2000))


class PatchTransformer(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.embed = nn.Linear(4, d)
        self.pos = nn.Parameter(torch.randn(10, d) * 0.1)
        layer = nn.TransformerEncoderLayer(d, 4, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(d, 10)

    def forward(self, x):
        h = self.embed(x.view(-1, 10, 4)) + self.pos
        return self.head(self.encoder(h).mean(1))


model = PatchTransformer()
opt = torch.optim.Adam(model.parameters(), lr=0.1)
for epoch in range(8):
    for b in torch.randperm(len(x)).split(50):
        opt.zero_grad()
        loss = F.cross_entropy(model(x[b]), y[b])
        loss.backward()
        opt.step()
    print(epoch, loss.item())
model.eval()
with torch.no_grad():
    print("accuracy", (model(xt).argmax(1) == yt).float().mean().item())
