"""nn.TransformerEncoder as it comes (post-norm) with a linear warm-up, on one-dimensional digits."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from data import mnist1d

torch.manual_seed(1)
x_train, y_train, x_test, y_test = (torch.from_numpy(a) for a in mnist1d(2500))


class Encoder(nn.Module):
    def __init__(self, d_model=32, patch=4):
        super().__init__()
        self.patch = patch
        self.inp = nn.Linear(patch, d_model)
        position = torch.arange(40 // patch).unsqueeze(1)
        div = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(40 // patch, d_model)
        pe[:, 0::2], pe[:, 1::2] = torch.sin(position * div), torch.cos(position * div)
        self.register_buffer("pe", pe)
        layer = nn.TransformerEncoderLayer(d_model, 4, 64, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.out = nn.Linear(d_model, 10)

    def forward(self, x):
        x = x.view(len(x), -1, self.patch)
        return self.out(self.encoder(self.inp(x) + self.pe).mean(dim=1))


net = Encoder()
optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
warmup = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 40))
for epoch in range(10):
    for i in torch.randperm(len(x_train)).split(64):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x_train[i]), y_train[i])
        loss.backward()
        optimizer.step()
        warmup.step()
    print("epoch", epoch, "loss", loss.item())
net.eval()
with torch.no_grad():
    print("accuracy", (net(x_test).argmax(-1) == y_test).float().mean().item())
