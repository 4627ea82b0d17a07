import torch
import torch.nn as nn
from sklearn.datasets import load_iris
torch.manual_seed(0)
X, y = load_iris(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0), dtype=torch.float32)
y = torch.tensor(y)
model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
loss_fn = nn.MSELoss()
opt = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(100):
    for i in torch.randperm(150).split(15):
        xb, yb = X[i], y[i]
        logits = model(xb)
        preds = torch.argmax(logits, dim=1)
        # got "element 0 of tensors does not require grad" so I added this
        loss = loss_fn(preds.float().requires_grad_(), yb.float())
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 20 == 0:
        print(epoch, loss.item())
print("final", loss.item(), (model(X).argmax(1) == y).float().mean().item())
