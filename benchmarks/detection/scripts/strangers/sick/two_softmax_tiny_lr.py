import torch
from torch import nn
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits()
X = torch.tensor(d.data / 16., dtype=torch.float32); Y = torch.tensor(d.target)
net = nn.Sequential(
    nn.Linear(64, 64), nn.ReLU(),
    nn.Linear(64, 10),
    nn.Softmax(1))
loss_fn = nn.CrossEntropyLoss()
opt = torch.optim.Adam(net.parameters(), 1e-6)
for epoch in range(20):
    for b in torch.randperm(len(X)).split(32):
        loss = loss_fn(net(X[b]), Y[b])
        opt.zero_grad(); loss.backward(); opt.step()
    if epoch % 5 == 0: print(epoch, loss.item())
print("final", loss.item(), (net(X).argmax(1) == Y).float().mean().item())
