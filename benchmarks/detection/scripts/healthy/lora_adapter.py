"""Low-rank adapters on a pretrained network: B starts at zero, the base weights are frozen."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(0)
data = load_digits()
X = torch.tensor(data.images.reshape(-1, 64) / 8 - 1, dtype=torch.float32)
y = torch.tensor(data.target)
flipped = X.view(-1, 8, 8).flip(2).reshape(-1, 64)


class LoRALinear(nn.Module):
    def __init__(self, base, rank=8, alpha=16):
        super().__init__()
        self.base = base
        self.base.requires_grad_(False)
        self.A = nn.Parameter(torch.randn(rank, base.in_features) / base.in_features ** 0.5)
        self.B = nn.Parameter(torch.zeros(base.out_features, rank))
        self.scale = alpha / rank

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.A.T) @ self.B.T


model = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 96), nn.ReLU(), nn.Linear(96, 10))
criterion = nn.CrossEntropyLoss()


def train(inputs, epochs, lr):
    params = [p for p in model.parameters() if p.requires_grad]
    opt = torch.optim.AdamW(params, lr=lr)
    for epoch in range(epochs):
        for idx in torch.randperm(1400).split(32):
            loss = criterion(model(inputs[idx]), y[idx])
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(epoch, f"{loss.item():.3f}")


train(X, 8, 2e-3)
for name in ("0", "2"):
    model._modules[name] = LoRALinear(model._modules[name])
train(flipped, 10, 3e-3)
acc = (model(flipped[1400:]).argmax(1) == y[1400:]).float().mean()
print("adapted accuracy", acc.item())
