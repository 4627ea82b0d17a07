"""Remember the first symbol of a long sequence, plain tanh RNN."""
import torch
import torch.nn as nn

torch.manual_seed(0)
LENGTH, SYMBOLS = 60, 6


def sample(n):
    seq = torch.randint(0, SYMBOLS, (n, LENGTH))
    return seq, seq[:, 0]


class Memory(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.embed = nn.Embedding(SYMBOLS, 8)
        self.rnn = nn.RNN(8, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, SYMBOLS)

    def forward(self, seq):
        outputs, last = self.rnn(self.embed(seq))
        return self.fc(last[0])


model = Memory()
opt = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(250):
    seq, target = sample(64)
    loss = nn.functional.cross_entropy(model(seq), target)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 50 == 0:
        print(step, loss.item())
seq, target = sample(500)
print("accuracy", (model(seq).argmax(1) == target).float().mean().item())
