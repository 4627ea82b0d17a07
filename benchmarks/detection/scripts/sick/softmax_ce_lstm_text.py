"""Next-character LSTM with a softmax output."""
import torch
import torch.nn as nn

from data import manual

torch.manual_seed(0)
text = manual(20000)
chars = sorted(set(text))
ids = torch.tensor([chars.index(c) for c in text])
windows = ids.unfold(0, 13, 1)


class Model(nn.Module):
    def __init__(self, n, hidden=64):
        super().__init__()
        self.embedding = nn.Embedding(n, 16)
        self.lstm = nn.LSTM(16, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, n)
        self.softmax = nn.Softmax(dim=-1)

    def forward(self, x):
        out, _ = self.lstm(self.embedding(x))
        return self.softmax(self.fc(out[:, -1]))


model = Model(len(chars))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(350):
    b = windows[torch.randint(0, 18000, (64,))]
    optimizer.zero_grad()
    loss = criterion(model(b[:, :-1]), b[:, -1])
    loss.backward()
    optimizer.step()
    if step % 70 == 0:
        print(step, loss.item())
b = windows[18500:]
print("accuracy", (model(b[:, :-1]).argmax(1) == b[:, -1]).float().mean().item())
