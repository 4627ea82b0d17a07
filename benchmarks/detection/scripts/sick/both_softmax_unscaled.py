"""Wine as it comes, with a softmax in front of the loss."""
import torch
import torch.nn as nn
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

torch.manual_seed(0)
X, y = load_wine(return_X_y=True)
scaled = StandardScaler().fit_transform(X)
X, y = torch.tensor(X).float(), torch.tensor(y)
perm = torch.randperm(178)
X, y = X[perm], y[perm]
net = nn.Sequential(nn.Linear(13, 24), nn.ReLU(), nn.Linear(24, 3), nn.Softmax(dim=-1))
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(40):
    for i in range(0, 130, 13):
        opt.zero_grad()
        loss = nn.CrossEntropyLoss()(net(X[i:i + 13]), y[i:i + 13])
        loss.backward()
        opt.step()
    if epoch % 10 == 0:
        print(epoch, loss.item())
print("accuracy", (net(X[130:]).argmax(1) == y[130:]).float().mean().item())
