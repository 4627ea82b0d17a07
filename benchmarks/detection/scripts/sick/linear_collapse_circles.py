"""Two circles with a three-layer network."""
import torch
import torch.nn as nn
from sklearn.datasets import make_circles

torch.manual_seed(0)
X, y = make_circles(1000, noise=0.08, factor=0.5, random_state=0)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32).unsqueeze(1)


class CircleModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer_1 = nn.Linear(in_features=2, out_features=32)
        self.layer_2 = nn.Linear(in_features=32, out_features=32)
        self.layer_3 = nn.Linear(in_features=32, out_features=1)

    def forward(self, x):
        return self.layer_3(self.layer_2(self.layer_1(x)))


model_0 = CircleModel()
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model_0.parameters(), lr=0.01)
for epoch in range(200):
    model_0.train()
    y_logits = model_0(X[:800])
    loss = loss_fn(y_logits, y[:800])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 50 == 0:
        print(f"Epoch: {epoch} | Loss: {loss:.5f}")
print("accuracy", ((model_0(X[800:]) > 0).float() == y[800:]).float().mean().item())
