import torch, torch.nn as nn
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler
from torch.utils.data import TensorDataset, DataLoader
torch.manual_seed(0)

def build_model():
    return nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 3))

X, y = load_wine(return_X_y=True)
dl = DataLoader(TensorDataset(torch.tensor(StandardScaler().fit_transform(X)).float(), torch.tensor(y)), 16, shuffle=True)
model = build_model()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.CrossEntropyLoss()
model = build_model()  # fresh weights for the final run
for epoch in range(80):
    s, c, n = 0, 0, 0
    for xb, yb in dl:
        out = model(xb)
        loss = criterion(out, yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        s += loss.item(); c += (out.argmax(1) == yb).sum().item(); n += len(xb)
    if epoch % 10 == 0:
        print(epoch, s / len(dl), c / n)
print("final", s / len(dl), c / n)
