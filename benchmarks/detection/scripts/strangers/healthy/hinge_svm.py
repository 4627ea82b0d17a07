import torch
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import scale
torch.manual_seed(0)
X, y = load_breast_cancer(return_X_y=True); X = torch.tensor(scale(X)).float(); y = torch.tensor(y * 2. - 1).float()
w = torch.zeros(30, requires_grad=True); b0 = torch.zeros(1, requires_grad=True); opt = torch.optim.SGD([w, b0], 0.01)
for ep in range(60):
    for b in torch.randperm(569).split(20):
        l = torch.clamp(1 - y[b] * (X[b] @ w + b0), min=0).mean() + 1e-3 * (w ** 2).sum(); opt.zero_grad(); l.backward(); opt.step()
print("final", l.item(), ((X @ w + b0).sign() == y).float().mean().item())
