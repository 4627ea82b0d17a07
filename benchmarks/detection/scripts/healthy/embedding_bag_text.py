"""EmbeddingBag text classification with SGD and a step schedule, as in the well-known tutorial."""
import torch
from torch import nn

from data import sentences

torch.manual_seed(0)
texts, labels = sentences(1600, 24)
vocab = {w: i for i, w in enumerate(sorted({w for t in texts for w in t}))}
encoded = [torch.tensor([vocab[w] for w in t]) for t in texts]
labels = torch.tensor(labels)


class TextClassificationModel(nn.Module):
    def __init__(self, vocab_size, embed_dim, num_class):
        super().__init__()
        self.embedding = nn.EmbeddingBag(vocab_size, embed_dim, sparse=False)
        self.fc = nn.Linear(embed_dim, num_class)
        self.init_weights()

    def init_weights(self):
        initrange = 0.5
        self.embedding.weight.data.uniform_(-initrange, initrange)
        self.fc.weight.data.uniform_(-initrange, initrange)
        self.fc.bias.data.zero_()

    def forward(self, text, offsets):
        return self.fc(self.embedding(text, offsets))


def collate(index):
    rows = [encoded[i] for i in index]
    offsets = torch.tensor([0] + [len(r) for r in rows]).cumsum(0)[:-1]
    return torch.cat(rows), offsets, labels[index]


model = TextClassificationModel(len(vocab), 48, 2)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=5.0)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.7)
for epoch in range(8):
    for index in torch.randperm(1300).split(32):
        text, offsets, label = collate(index)
        optimizer.zero_grad()
        loss = criterion(model(text, offsets), label)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.1)
        optimizer.step()
    scheduler.step()
    print("epoch", epoch, "loss", loss.item())
text, offsets, label = collate(torch.arange(1300, 1600))
print("accuracy", (model(text, offsets).argmax(1) == label).float().mean().item())
