import torch, torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler
X, y = load_digits(return_X_y=True)
X = torch.tensor(StandardScaler().fit_transform(X), dtype=torch.float32)
y = torch.tensor(y)

def weights_init(m):
    if isinstance(m, nn.Linear):
        nn.init.normal_(m.weight, 0, 0.01)
        nn.init.zeros_(m.bias)

torch.manual_seed(5)
layers, n = [], 64
for _ in range(6):
    layers += [nn.Linear(n, 100), nn.Tanh()]
    n = 100
layers += [nn.Linear(n, 10)]
net = nn.Sequential(*layers)
net.apply(weights_init)
optimizer = torch.optim.SGD(net.parameters(), lr=0.03)
for epoch in range(20):
    for i in torch.randperm(len(X)).split(32):
        loss = nn.functional.cross_entropy(net(X[i]), y[i])
        optimizer.zero_grad(); loss.backward(); optimizer.step()
    if epoch % 4 == 0:
        print(epoch, loss.item())
print("final", loss.item(), (net(X).argmax(1) == y).float().mean().item())
