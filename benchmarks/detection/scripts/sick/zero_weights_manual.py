"""Gradient descent by hand on the diabetes table, weights start at zero."""
import torch
from sklearn.datasets import load_diabetes

torch.manual_seed(0)
X, y = load_diabetes(return_X_y=True)
X = torch.tensor(X * 21, dtype=torch.float32)
y = torch.tensor((y - y.mean()) / y.std(), dtype=torch.float32).view(-1, 1)
W1 = torch.zeros(10, 16)
B1 = torch.zeros(16)
W2 = torch.zeros(16, 1)
B2 = torch.zeros(1)
params = [W1, B1, W2, B2]
for p in params:
    p.requires_grad_(True)
lr = 0.05
for epoch in range(300):
    hidden = torch.tanh(X[:350] @ W1 + B1)
    prediction = hidden @ W2 + B2
    loss = ((prediction - y[:350]) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for p in params:
            p -= lr * p.grad
            p.grad.zero_()
    if epoch % 60 == 0:
        print(epoch, loss.item())
with torch.no_grad():
    rest = torch.tanh(X[350:] @ W1 + B1) @ W2 + B2
print("unexplained variance", ((rest - y[350:]) ** 2).mean().item() / y[350:].var().item())
