import torch, torch.nn.functional as F
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target)
W1 = torch.nn.Parameter(torch.randn(64, 50) * .18); b1 = torch.nn.Parameter(torch.zeros(50))
W2 = torch.nn.Parameter(torch.randn(50, 10) * .2); b2 = torch.nn.Parameter(torch.zeros(10))
opt = torch.optim.SGD([W1, b1, W2, b2], lr=0.1)
nll = torch.nn.NLLLoss()
for it in range(1500):
    i = torch.randint(0, 1500, (32,))
    out = F.log_softmax(F.leaky_relu(X[i] @ W1 + b1) @ W2 + b2, dim=1)
    loss = nll(out, y[i]); opt.zero_grad(); loss.backward(); opt.step()
    if it % 300 == 0: print(it, loss.item())
print("final", loss.item(), ((F.leaky_relu(X[1500:] @ W1 + b1) @ W2 + b2).argmax(1) == y[1500:]).float().mean().item())
