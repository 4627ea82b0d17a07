import torch
from sklearn.datasets import load_diabetes
torch.manual_seed(0)
X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X / X.std(0)).float(); y = torch.tensor((y - y.mean()) / y.std()).float().view(-1, 1)
lin = torch.nn.Linear(10, 1); opt = torch.optim.SGD(lin.parameters(), lr=0.02)
for ep in range(60):
    for b in torch.randperm(442).split(34):
        l = ((lin(X[b]) - y[b]) ** 2).mean(); opt.zero_grad(); l.backward(); opt.step()
    if ep % 10 == 0: print(ep, l.item())
print("final mse", ((lin(X) - y) ** 2).mean().item())
