import torch
from torch import nn
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler
torch.manual_seed(0)

X = StandardScaler().fit_transform(load_digits().data)
X = torch.tensor(X, dtype=torch.float32)

class AE(nn.Module):
    def __init__(self, code=12):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(64, 48), nn.ReLU(),
            nn.Linear(48, code))
        self.decoder = nn.Sequential(
            nn.Linear(code, 48), nn.ReLU(),
            nn.Linear(48, 64), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))

ae = AE()
opt = torch.optim.Adam(ae.parameters(), lr=1e-3)
for epoch in range(50):
    s = 0
    for i in torch.randperm(len(X)).split(64):
        rec = ae(X[i])
        loss = nn.functional.mse_loss(rec, X[i])
        opt.zero_grad(); loss.backward(); opt.step()
        s += loss.item() * len(i)
    if epoch % 10 == 9: print("epoch", epoch + 1, "reconstruction", s / len(X))
print("final", s / len(X))
