"""Multi-label flags, everything from torch.nn.functional."""
import torch
import torch.nn.functional as F
from torch import nn

from data import three_flags

torch.manual_seed(0)
X, Y = map(torch.from_numpy, three_flags())
X = X / 5 - 1


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(20, 40)
        self.l2 = nn.Linear(40, 3)

    def forward(self, x):
        return torch.sigmoid(self.l2(F.relu(self.l1(x))))


model = Tagger()
opt = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for epoch in range(15):
    for i in range(0, 1200, 40):
        loss = F.binary_cross_entropy_with_logits(model(X[i:i + 40]), Y[i:i + 40])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 5 == 0:
        print(epoch, loss.item())
print("last training loss", loss.item())
