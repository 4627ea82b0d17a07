"""A bidirectional GRU over word embeddings separates two kinds of manual pages."""
from collections import Counter

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

from data import sentences

torch.manual_seed(0)
texts, labels = sentences(1600, 24)
counts = Counter(w for t in texts for w in t)
vocab = {w: i + 1 for i, (w, _) in enumerate(counts.most_common(1500))}
X = torch.tensor([[vocab.get(w, 0) for w in t] for t in texts])
y = torch.tensor(labels).float()


class TextGRU(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(1501, 32, padding_idx=0)
        self.gru = nn.GRU(32, 24, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(48, 1)

    def forward(self, ids):
        _, h = self.gru(self.embedding(ids))
        return self.out(self.drop(torch.cat([h[0], h[1]], dim=1))).squeeze(1)


net = TextGRU()
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
bce = nn.BCEWithLogitsLoss()
loader = DataLoader(TensorDataset(X[:1300], y[:1300]), batch_size=32, shuffle=True)
for epoch in range(4):
    net.train()
    for ids, target in loader:
        opt.zero_grad()
        loss = bce(net(ids), target)
        loss.backward()
        opt.step()
    print(epoch, loss.item())
net.eval()
with torch.no_grad():
    print("accuracy", ((net(X[1300:]) > 0).float() == y[1300:]).float().mean().item())
