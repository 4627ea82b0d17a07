import torch
from torch import nn
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler
torch.manual_seed(0)
X, y = load_wine(return_X_y=True)
X = torch.FloatTensor(StandardScaler().fit_transform(X)); y = torch.LongTensor(y)
model = nn.Sequential(nn.Linear(13, 20), nn.ReLU(), nn.Linear(20, 20), nn.ReLU(), nn.Linear(20, 3))
for p in model.parameters():
    nn.init.zeros_(p)
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for e in range(800):
    loss = nn.CrossEntropyLoss()(model(X), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if e % 100 == 0:
        print(e, loss.item())
print("final", loss.item(), (model(X).argmax(1) == y).float().mean().item())
