"""Temperature-like forecast with a GRU and a two-layer head in which a high learning rate silences the ReLU."""
import math

import torch
from torch import nn

torch.manual_seed(2)
time = torch.arange(1200, dtype=torch.float32)
signal = torch.sin(2 * math.pi * time / 50) + 0.4 * torch.sin(2 * math.pi * time / 11) + 0.1 * torch.randn(1200)
pairs = [(signal[i:i + 24].unsqueeze(-1), signal[i + 24:i + 25]) for i in range(1100)]


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.recurrent = nn.GRU(1, 24, batch_first=True)
        self.head = nn.Sequential(nn.Linear(24, 48), nn.ReLU(inplace=True), nn.Linear(48, 1))

    def forward(self, window):
        states, _ = self.recurrent(window)
        return self.head(states[:, -1])


model = Forecaster()
optimizer = torch.optim.Adam(model.parameters(), lr=0.5)
loader = torch.utils.data.DataLoader(pairs[:900], batch_size=30, shuffle=True)
for epoch in range(6):
    for window, value in loader:
        loss = nn.functional.mse_loss(model(window), value)
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        optimizer.step()
    print("epoch", epoch, loss.item())
model.eval()
with torch.no_grad():
    windows, values = (torch.stack(v) for v in zip(*pairs[900:]))
    print("unexplained variance", ((model(windows) - values) ** 2).mean().item() / values.var().item())
