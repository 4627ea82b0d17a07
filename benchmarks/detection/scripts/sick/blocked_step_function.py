"""Binary hidden units: the step function of the textbook's neuron."""
import torch
import torch.nn as nn

from data import mnist1d

torch.manual_seed(0)
x, y, xt, yt = (torch.from_numpy(v) for v in mnist1d(2500))


class Step(nn.Module):
    def forward(self, z):
        return torch.sign(z)


model = nn.Sequential(nn.Linear(40, 48), Step(), nn.Linear(48, 48), Step(), nn.Linear(48, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(12):
    for b in torch.randperm(len(x)).split(50):
        loss = nn.functional.cross_entropy(model(x[b]), y[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if epoch % 4 == 0:
        print(epoch, loss.item())
print("accuracy", (model(xt).argmax(1) == yt).float().mean().item())
