import torch, torch.nn as nn
from sklearn.datasets import load_wine
from sklearn.preprocessing import scale
torch.manual_seed(0)
X, y = load_wine(return_X_y=True); X = torch.tensor(scale(X)).float(); Y = torch.eye(3)[torch.tensor(y)]
net = nn.Sequential(nn.Linear(13, 24), nn.Tanh(), nn.Linear(24, 3), nn.Softmax(dim=1)); opt = torch.optim.Adam(net.parameters(), 0.01)
for ep in range(40):
    for b in torch.randperm(178).split(16):
        l = nn.MSELoss()(net(X[b]), Y[b]); opt.zero_grad(); l.backward(); opt.step()
print("final", l.item(), (net(X).argmax(1) == Y.argmax(1)).float().mean().item())
