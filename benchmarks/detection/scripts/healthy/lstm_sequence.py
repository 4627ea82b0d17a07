"""An LSTM decides whether a noisy series rises more often than it falls."""
import torch
import torch.nn as nn

torch.manual_seed(0)
steps = torch.randn(1500, 25, 1)
labels = (steps.sign().sum(dim=(1, 2)) > 0).long()


class Classifier(nn.Module):
    def __init__(self, hidden=24):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 2)

    def forward(self, x):
        out, (h, c) = self.lstm(x)
        return self.fc(out[:, -1])


model = Classifier()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()
for epoch in range(8):
    order = torch.randperm(1200)
    total = 0
    for i in range(0, 1200, 40):
        x, t = steps[order[i:i + 40]], labels[order[i:i + 40]]
        loss = criterion(model(x), t)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"[{epoch}] {total / 30:.3f}")
with torch.no_grad():
    print("accuracy", (model(steps[1200:]).argmax(1) == labels[1200:]).float().mean().item())
