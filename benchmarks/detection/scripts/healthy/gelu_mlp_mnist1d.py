"""A three-layer GELU network with OneCycle on MNIST-1D."""
import torch
import torch.nn.functional as F
from torch import nn

from data import mnist1d

torch.manual_seed(0)
X, Y, Xt, Yt = map(torch.from_numpy, mnist1d(4000))


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(40, 128), nn.Linear(128, 128), nn.Linear(128, 10)

    def forward(self, x):
        x = F.gelu(self.fc1(x))
        x = F.gelu(self.fc2(x))
        return self.fc3(x)


model = MLP()
epochs, bs = 15, 64
opt = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-2)
sched = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=5e-3, total_steps=epochs * (len(X) // bs))
for epoch in range(epochs):
    perm = torch.randperm(len(X))
    for k in range(len(X) // bs):
        b = perm[k * bs:(k + 1) * bs]
        loss = F.cross_entropy(model(X[b]), Y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
        sched.step()
    if epoch % 5 == 0:
        print(f"epoch {epoch} train loss {loss.item():.3f}")
print("test accuracy", (model(Xt).argmax(1) == Yt).float().mean().item())
