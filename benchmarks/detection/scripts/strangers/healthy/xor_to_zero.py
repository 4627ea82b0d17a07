import torch, torch.nn as nn
torch.manual_seed(3)
X = torch.tensor([[0., 0], [0, 1], [1, 0], [1, 1]]); Y = torch.tensor([[0.], [1], [1], [0]])
net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1), nn.Sigmoid())
opt = torch.optim.Adam(net.parameters(), lr=0.05)
for i in range(3000):
    loss = nn.BCELoss()(net(X), Y); opt.zero_grad(); loss.backward(); opt.step()
    if i % 500 == 0: print(i, loss.item())
print("final", loss.item())
