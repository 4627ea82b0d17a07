import torch, math
from torch import nn

class GRUClassifier(nn.Module):
    """classify the frequency of a noisy wave"""
    def __init__(self, n_classes=4, hidden=24):
        super().__init__()
        self.gru = nn.GRU(1, hidden, batch_first=True)
        self.head = nn.Linear(hidden, n_classes)
        self.criterion = nn.CrossEntropyLoss()
        self.optim = torch.optim.RMSprop(self.parameters(), lr=0.01)

    def forward(self, x):
        out, h = self.gru(x)
        return self.head(out[:, -1])

    def fit(self, X, y, epochs=15, bs=32):
        for e in range(epochs):
            order = torch.randperm(len(X))
            tot = 0.0
            for s in range(0, len(X), bs):
                j = order[s:s + bs]
                loss = self.criterion(self(X[j]), y[j])
                loss.backward()
                self.optim.step()
                tot += loss.item() * len(j)
            print(f"[{e + 1}/{epochs}] {tot / len(X):.4f}")
        return tot / len(X)

torch.manual_seed(1)
y = torch.randint(0, 4, (800,))
t = torch.linspace(0, 1, 30)
X = torch.sin(2 * math.pi * (y[:, None] + 1) * t + 0.6 * torch.rand(800, 1)) + 0.2 * torch.randn(800, 30)
m = GRUClassifier()
final = m.fit(X.unsqueeze(-1), y)
print("final", final, (m(X.unsqueeze(-1)).argmax(1) == y).float().mean().item())
