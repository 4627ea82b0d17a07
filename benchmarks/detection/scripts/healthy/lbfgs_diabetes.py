"""A small network fitted with LBFGS and its closure."""
import torch
from sklearn.datasets import load_diabetes

torch.manual_seed(0)
X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X / X.std(0), dtype=torch.float32)
y = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32).reshape(-1, 1)
model = torch.nn.Sequential(torch.nn.Linear(10, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=8)
criterion = torch.nn.MSELoss()


def closure():
    optimizer.zero_grad()
    loss = criterion(model(X[:350]), y[:350]) + 1e-2 * sum((p ** 2).sum() for p in model.parameters())
    loss.backward()
    return loss


for i in range(12):
    loss = optimizer.step(closure)
    print(i, loss.item())
with torch.no_grad():
    print("unexplained variance", (criterion(model(X[350:]), y[350:]) / y[350:].var()).item())
