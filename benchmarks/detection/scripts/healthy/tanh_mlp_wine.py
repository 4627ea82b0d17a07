"""Two tanh layers on the wine table."""
import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import scale

torch.manual_seed(0)
wine = load_wine()
tr_x, te_x, tr_y, te_y = train_test_split(scale(wine.data), wine.target, random_state=0)
tr_x, te_x = torch.Tensor(tr_x), torch.Tensor(te_x)
tr_y, te_y = torch.LongTensor(tr_y), torch.LongTensor(te_y)
net = nn.Sequential(nn.Linear(13, 20), nn.Tanh(), nn.Linear(20, 20), nn.Tanh(), nn.Linear(20, 3))
opt = optim.SGD(net.parameters(), lr=0.1)
for epoch in range(150):
    opt.zero_grad()
    loss = nn.functional.cross_entropy(net(tr_x), tr_y)
    loss.backward()
    opt.step()
    if epoch % 50 == 0:
        print("epoch", epoch, "loss", loss.item())
print("accuracy", (net(te_x).argmax(1) == te_y).float().mean().item())
