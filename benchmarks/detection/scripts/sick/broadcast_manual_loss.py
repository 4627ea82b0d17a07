"""A hand-written squared error on a series forecast."""
import torch
import torch.nn as nn

torch.manual_seed(0)
t = torch.linspace(0, 60, 1000)
wave = torch.sin(t) + 0.5 * torch.sin(2.7 * t) + 0.05 * torch.randn(1000)
windows = wave.unfold(0, 21, 1)
inputs, targets = windows[:, :20], windows[:, 20]


class Forecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 24, batch_first=True)
        self.linear = nn.Linear(24, 1)

    def forward(self, x):
        out, _ = self.lstm(x.unsqueeze(-1))
        return self.linear(out[:, -1])


model = Forecast()
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(12):
    for i in torch.randperm(800).split(40):
        loss = ((model(inputs[i]) - targets[i]) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
with torch.no_grad():
    error = (model(inputs[800:]).squeeze(1) - targets[800:]).pow(2).mean()
print("unexplained variance", (error / targets[800:].var()).item())
