"""A fully connected autoencoder of handwritten digits with a sigmoid at the end."""
import torch
from torch import nn

from data import mnist

torch.manual_seed(0)
X = torch.tensor(mnist(2000)[0]) / 255


class AutoEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 96), nn.ReLU(), nn.Linear(96, 24))
        self.decoder = nn.Sequential(nn.Linear(24, 96), nn.ReLU(), nn.Linear(96, 784), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))


model = AutoEncoder()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, weight_decay=1e-6)
loss_fn = nn.MSELoss()
for epoch in range(8):
    for img in X[:1800][torch.randperm(1800)].split(60):
        output = model(img)
        loss = loss_fn(output, img)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"Epoch [{epoch + 1}/8], Loss: {loss.item():.4f}")
print("reconstruction error", loss_fn(model(X[1800:]), X[1800:]).item())
