import torch, torch.nn as nn
from sklearn.datasets import make_classification
from sklearn.metrics import f1_score
torch.manual_seed(0)
X, y = make_classification(4000, 12, n_informative=6, weights=[0.97], class_sep=2.0, flip_y=0, random_state=1)
X = torch.tensor((X - X.mean(0)) / X.std(0)).float(); y = torch.tensor(y).long()
net = nn.Sequential(nn.Linear(12, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 2))
crit = nn.CrossEntropyLoss(weight=torch.tensor([1., 8.]))
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for ep in range(15):
    for b in torch.randperm(4000).split(64):
        loss = crit(net(X[b]), y[b]); opt.zero_grad(); loss.backward(); opt.step()
net.eval()
print("final f1", f1_score(y, net(X).argmax(1)))
