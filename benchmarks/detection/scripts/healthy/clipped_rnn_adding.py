"""The adding problem over twenty steps with a GRU and clipped gradients."""
import torch
from torch import nn

torch.manual_seed(0)


def adding(n, length=20):
    values = torch.rand(n, length)
    marks = torch.zeros(n, length)
    marks[torch.arange(n), torch.randint(0, length // 2, (n,))] = 1
    marks[torch.arange(n), torch.randint(length // 2, length, (n,))] = 1
    return torch.stack([values, marks], -1), (values * marks).sum(1, keepdim=True)


class Adder(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(2, 32, batch_first=True)
        self.readout = nn.Linear(32, 1)

    def forward(self, x):
        return self.readout(self.gru(x)[0][:, -1, :])


model = Adder()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for step in range(350):
    x, target = adding(64)
    loss = nn.functional.mse_loss(model(x), target)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm=0.5)
    optimizer.step()
    if step % 50 == 0:
        print(step, loss.item())
x, target = adding(500)
print("test error", nn.functional.mse_loss(model(x), target).item())
