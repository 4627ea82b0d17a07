import torch, torch.nn as nn
from sklearn.datasets import load_iris
torch.manual_seed(0)
X, y = load_iris(return_X_y=True); X = torch.tensor((X - X.mean(0)) / X.std(0)).float(); y = torch.tensor(y)
class Classifier(nn.Module):
    def __init__(self):
        super().__init__(); self.l = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 3))
    def forward(self, x): return self.l(x)
model = Classifier(); opt = torch.optim.Adam(model.parameters(), 0.01)
for ep in range(60):
    model = Classifier().train()
    for b in torch.randperm(150).split(10):
        opt.zero_grad(); l = nn.functional.cross_entropy(model(X[b]), y[b]); l.backward(); opt.step()
    if ep % 10 == 0: print(ep, l.item(), (model(X).argmax(1) == y).float().mean().item())
print("final", l.item())
