"""Regression of disease progression, raw target mean removed inside the model, ReduceLROnPlateau."""
import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

torch.manual_seed(0)
X, y = load_diabetes(return_X_y=True, scaled=True)
X = X * len(X) ** 0.5
Xtr, Xva, ytr, yva = train_test_split(X, y / 100, test_size=0.2, random_state=0)
Xtr, Xva, ytr, yva = (torch.tensor(a, dtype=torch.float32) for a in (Xtr, Xva, ytr, yva))


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.h = nn.Linear(10, 24)
        self.o = nn.Linear(24, 1)

    def forward(self, x):
        return self.o(self.h(x).tanh()).squeeze(-1)


model = Regressor()
opt = torch.optim.SGD(model.parameters(), lr=0.05, weight_decay=1e-3)
sched = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, patience=3, factor=0.5)
mse = nn.MSELoss()
for epoch in range(30):
    model.train()
    for i in torch.randperm(len(Xtr)).split(32):
        opt.zero_grad()
        loss = mse(model(Xtr[i]), ytr[i])
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        val = mse(model(Xva), yva)
    sched.step(val)
    if epoch % 10 == 0:
        print(epoch, loss.item(), val.item())
print("unexplained variance", (val / yva.var()).item())
