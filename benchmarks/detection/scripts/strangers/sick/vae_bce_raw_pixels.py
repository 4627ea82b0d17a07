# VAE: loss is hugely negative and the samples are all white
import torch, torch.nn as nn, torch.nn.functional as F
from sklearn.datasets import load_digits
torch.manual_seed(0)

x_all = torch.tensor(load_digits().data, dtype=torch.float32)

class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 128)
        self.fc21 = nn.Linear(128, 8)
        self.fc22 = nn.Linear(128, 8)
        self.fc3 = nn.Linear(8, 128)
        self.fc4 = nn.Linear(128, 64)
    def encode(self, x):
        h = F.relu(self.fc1(x))
        return self.fc21(h), self.fc22(h)
    def reparameterize(self, mu, logvar):
        return mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
    def decode(self, z):
        return self.fc4(F.relu(self.fc3(z)))
    def forward(self, x):
        mu, lv = self.encode(x)
        return self.decode(self.reparameterize(mu, lv)), mu, lv

def loss_function(recon, x, mu, logvar):
    BCE = F.binary_cross_entropy_with_logits(recon, x, reduction="sum")
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD

model = VAE()
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(25):
    total = 0
    for i in torch.randperm(len(x_all)).split(64):
        opt.zero_grad()
        r, mu, lv = model(x_all[i])
        loss = loss_function(r, x_all[i], mu, lv)
        loss.backward()
        opt.step()
        total += loss.item()
    if epoch % 5 == 0: print("====> Epoch", epoch, total / len(x_all))
print("final", total / len(x_all))
