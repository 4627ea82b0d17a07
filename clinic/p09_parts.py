"""An encoder and a head, and a plot of the codes on the way. It learns, but much worse than it could."""

import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(0)
images, labels = load_digits(return_X_y=True)
x, y = torch.tensor(images / 8 - 1, dtype=torch.float32), torch.tensor(labels)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 32), nn.Tanh(), nn.Linear(32, 4), nn.Tanh())
        self.head = nn.Linear(4, 10)

    def forward(self, images):
        codes = self.encoder(images).detach().numpy()
        return self.head(torch.from_numpy(codes))


model = Network()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(300):
    rows = torch.randint(len(y), (128,))
    loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("loss", loss.item())
