"""A variational autoencoder on the 8 x 8 digits."""
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
X = torch.tensor(load_digits().data / 16, dtype=torch.float32)
train, test = X[:1500], X[1500:]


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 64)
        self.fc21 = nn.Linear(64, 6)
        self.fc22 = nn.Linear(64, 6)
        self.fc3 = nn.Linear(6, 64)
        self.fc4 = nn.Linear(64, 64)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def decode(self, z):
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z))))

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return (bce + kld) / len(x)


model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(20):
    model.train()
    for batch in train[torch.randperm(1500)].split(50):
        optimizer.zero_grad()
        loss = loss_function(*[(r := model(batch))[0], batch], r[1], r[2])
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print("Epoch", epoch, "loss", loss.item())
model.eval()
with torch.no_grad():
    mu, _ = model.encode(test)
    print("reconstruction error", F.mse_loss(model.decode(mu), test).item())
