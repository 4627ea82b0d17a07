import torch
from torch import nn
from sklearn.datasets import load_diabetes
torch.manual_seed(0)

X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X / X.std(0), dtype=torch.float32)
y = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32).reshape(-1, 1)

class LinReg(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(10, 16)
        self.l2 = nn.Linear(16, 1)
    def forward(self, x):
        return self.l2(torch.relu(self.l1(x)))

def rmse(a, b):
    return torch.sqrt(((a - b) ** 2).mean())

model = LinReg()
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(300):
    opt.zero_grad()
    pred = model(X)
    loss = rmse(pred, y)
    loss = torch.tensor(loss.item(), requires_grad=True)
    loss.backward()
    opt.step()
    if epoch % 50 == 0:
        print("Epoch", epoch, "RMSE", loss.item())
print("final", loss.item())
