import torch, torch.nn as nn
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import train_test_split
torch.manual_seed(0)

data = load_breast_cancer()
Xtr, Xte, ytr, yte = train_test_split(data.data, data.target, test_size=0.2, random_state=42)
sc = StandardScaler().fit(Xtr)
Xtr = torch.from_numpy(sc.transform(Xtr).astype(np.float32))
Xte = torch.from_numpy(sc.transform(Xte).astype(np.float32))
ytr = torch.from_numpy(ytr.astype(np.float32)).view(-1, 1)
yte = torch.from_numpy(yte.astype(np.float32)).view(-1, 1)

class BinaryClassifier(nn.Module):
    def __init__(self, n):
        super(BinaryClassifier, self).__init__()
        self.net = nn.Sequential(
            nn.Linear(n, 16),
            nn.ReLU(),
            nn.Linear(16, 1),
            nn.Sigmoid(),
        )
    def forward(self, x):
        return self.net(x)

model = BinaryClassifier(Xtr.shape[1])
loss_fn = nn.BCEWithLogitsLoss()
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for i in range(1500):
    out = model(Xtr)
    loss = loss_fn(out, ytr)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if i % 300 == 0:
        print(i, loss.item())
print("final loss", loss.item(), "acc", ((model(Xte) > 0).float() == yte).float().mean().item())
