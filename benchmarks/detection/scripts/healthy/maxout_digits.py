"""A Maxout layer written by hand (view and max)."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(0)


class Maxout(nn.Module):
    def __init__(self, d_in, d_out, pool_size):
        super().__init__()
        self.d_out, self.pool_size = d_out, pool_size
        self.lin = nn.Linear(d_in, d_out * pool_size)

    def forward(self, inputs):
        out = self.lin(inputs)
        return out.view(*inputs.shape[:-1], self.d_out, self.pool_size).max(-1).values


digits = load_digits()
X = torch.tensor(digits.data, dtype=torch.float32) / 16
Y = torch.tensor(digits.target)
model = nn.Sequential(Maxout(64, 40, 3), Maxout(40, 40, 3), nn.Linear(40, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(8):
    for b in torch.randperm(1400).split(32):
        loss = loss_fn(model(X[b]), Y[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
print("accuracy", (model(X[1400:]).argmax(1) == Y[1400:]).float().mean().item())
