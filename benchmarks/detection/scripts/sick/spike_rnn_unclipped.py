"""A tanh RNN language model with large recurrent weights and no clipping."""
import torch
import torch.nn as nn

from data import manual

torch.manual_seed(0)
text = manual(30000)
chars = sorted(set(text))
ids = torch.tensor([chars.index(c) for c in text])


class RNNLM(nn.Module):
    def __init__(self, v, h=64):
        super().__init__()
        self.emb = nn.Embedding(v, 32)
        self.rnn = nn.RNN(32, h, batch_first=True)
        nn.init.orthogonal_(self.rnn.weight_hh_l0, gain=2.5)
        self.out = nn.Linear(h, v)

    def forward(self, x):
        return self.out(self.rnn(self.emb(x))[0])


model = RNNLM(len(chars))
opt = torch.optim.SGD(model.parameters(), lr=1.0)
losses = []
for step in range(250):
    s = torch.randint(0, 29000, (16,))
    b = torch.stack([ids[i:i + 41] for i in s])
    loss = nn.functional.cross_entropy(model(b[:, :-1]).flatten(0, 1), b[:, 1:].flatten())
    opt.zero_grad()
    loss.backward()
    opt.step()
    losses.append(loss.item())
    if step % 50 == 0:
        print(step, loss.item())
print("loss over the last steps", sum(losses[-50:]) / 50)
