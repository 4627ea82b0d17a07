import numpy as np
import torch
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler
torch.manual_seed(0)

X, y = load_breast_cancer(return_X_y=True)
X = StandardScaler().fit_transform(X)
y = np.where(y == 1, 1.0, -1.0)
X = torch.as_tensor(X, dtype=torch.float32)
y = torch.as_tensor(y, dtype=torch.float32)

model = torch.nn.Sequential(torch.nn.Linear(30, 50), torch.nn.ReLU(), torch.nn.Linear(50, 1))
criterion = torch.nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, y), batch_size=32, shuffle=True)
for epoch in range(40):
    for bx, by in loader:
        optimizer.zero_grad()
        out = model(bx).squeeze(-1)
        loss = criterion(out, by)
        loss.backward()
        optimizer.step()
    if epoch % 5 == 0:
        print(f"Epoch {epoch}: loss {loss.item():.4f}")
print("final", loss.item(), ((model(X).squeeze(-1) > 0) == (y > 0)).float().mean().item())
