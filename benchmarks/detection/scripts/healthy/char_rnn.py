"""The classic character RNN: one tanh layer, clipped gradients, hidden state carried on."""
import torch
import torch.nn as nn

from data import manual

torch.manual_seed(0)
text = manual(30000)
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
ids = torch.tensor([stoi[c] for c in text])
BATCH, SEQ = 20, 25
stream = ids[:len(ids) // BATCH * BATCH].view(BATCH, -1)


class CharRNN(nn.Module):
    def __init__(self, vocab, hidden=96):
        super().__init__()
        self.emb = nn.Embedding(vocab, 32)
        self.rnn = nn.RNN(32, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, vocab)

    def forward(self, x, h=None):
        out, h = self.rnn(self.emb(x), h)
        return self.fc(out), h


net = CharRNN(len(chars))
optimizer = torch.optim.Adam(net.parameters(), lr=4e-3)
criterion = nn.CrossEntropyLoss()
losses = []
for epoch in range(3):
    h = None
    for i in range(0, stream.size(1) - SEQ - 1, SEQ):
        logits, h = net(stream[:, i:i + SEQ], h)
        h = h.detach()
        loss = criterion(logits.reshape(-1, len(chars)), stream[:, i + 1:i + SEQ + 1].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    print("epoch", epoch, losses[-1])
print("loss over the last steps", sum(losses[-20:]) / 20)
