"""Linear layers trained by hand on the diabetes table."""
import torch
import torch.nn.functional as F
from sklearn.datasets import load_diabetes

torch.manual_seed(1)
X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X * 21, dtype=torch.float32)
y = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32)
w1 = torch.nn.Parameter(torch.randn(10, 20) * 0.3)
b1 = torch.nn.Parameter(torch.zeros(20))
w2 = torch.nn.Parameter(torch.randn(20) * 0.2)


def net(x):
    return F.relu(x @ w1 + b1) @ w2


for step in range(300):
    loss = F.mse_loss(net(X[:350]), y[:350])
    loss.backward()
    with torch.no_grad():
        for p in (w1, b1, w2):
            p.add_(p.grad, alpha=-0.02)
    if step % 50 == 0:
        print(step, loss.item())
with torch.no_grad():
    print("unexplained variance", (F.mse_loss(net(X[350:]), y[350:]) / y[350:].var()).item())
