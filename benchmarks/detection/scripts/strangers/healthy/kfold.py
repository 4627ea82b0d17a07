import torch, torch.nn as nn
from sklearn.datasets import load_wine
from sklearn.model_selection import KFold
from sklearn.preprocessing import scale
torch.manual_seed(0)
X, y = load_wine(return_X_y=True); X = torch.tensor(scale(X)).float(); y = torch.tensor(y); accs = []
for tr, te in KFold(5, shuffle=True, random_state=0).split(X):
    m = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 3)); o = torch.optim.Adam(m.parameters(), 5e-3)
    for ep in range(25):
        for b in torch.randperm(len(tr)).split(16):
            j = torch.tensor(tr)[b]; l = nn.functional.cross_entropy(m(X[j]), y[j]); o.zero_grad(); l.backward(); o.step()
    accs.append((m(X[te]).argmax(1) == y[te]).float().mean().item()); print(accs[-1])
print("final", sum(accs) / 5)
