import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits()
loader = DataLoader(TensorDataset(torch.tensor(d.data/16).float(), torch.tensor(d.target)), batch_size=32, shuffle=True)
model = nn.Sequential(nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
loss_func = nn.CrossEntropyLoss()
for epoch in range(15):
    total = 0
    for x, y in loader:
        out = model(x)
        loss = loss_func(out, y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        total += loss.item()
    print("Epoch", epoch, "Loss", total / len(loader))
print("final", total / len(loader))
