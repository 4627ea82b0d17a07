"""Plain multinomial logistic regression: one linear layer and nothing else."""
import torch
import torch.nn as nn

from data import mnist

torch.manual_seed(0)
X, y = mnist(4000)
X, y = torch.tensor(X) / 255, torch.tensor(y)


class LogisticRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 10)

    def forward(self, x):
        return self.linear(x)


model = LogisticRegression()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(10):
    for i in range(0, 3500, 50):
        loss = criterion(model(X[i:i + 50]), y[i:i + 50])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"Epoch {epoch}, loss {loss.item():.4f}")
print("accuracy", (model(X[3500:]).argmax(1) == y[3500:]).float().mean().item())
