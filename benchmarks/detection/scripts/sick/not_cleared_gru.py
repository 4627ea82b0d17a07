"""Sentiment-like classification with a GRU."""
import torch
import torch.nn as nn

from data import sentences

torch.manual_seed(0)
texts, labels = sentences(1300, 16)
words = {w: i for i, w in enumerate(sorted({w for t in texts for w in t}))}
X = torch.tensor([[words[w] for w in t] for t in texts])
y = torch.tensor(labels)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(len(words), 24)
        self.g = nn.GRU(24, 24, batch_first=True)
        self.f = nn.Linear(24, 2)

    def forward(self, t):
        return self.f(self.g(self.e(t))[1][0])


net = Net()
optim = torch.optim.SGD(net.parameters(), lr=0.1)
crit = nn.CrossEntropyLoss()
for epoch in range(6):
    for i in torch.randperm(1000).split(20):
        loss = crit(net(X[i]), y[i])
        loss.backward()
        optim.step()
    print(epoch, loss.item())
with torch.no_grad():
    print("loss on the rest", crit(net(X[1000:]), y[1000:]).item())
