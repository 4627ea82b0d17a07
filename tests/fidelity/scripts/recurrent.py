import torch
from fingerprint import show
from torch import nn

torch.manual_seed(3)


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 16)
        self.lstm = nn.LSTM(16, 24, num_layers=2, dropout=0.2, batch_first=True)
        self.cell = nn.GRUCell(24, 24)
        self.head = nn.Linear(24, 20)

    def forward(self, tokens):
        out, _ = self.lstm(self.embed(tokens))
        state = torch.zeros(len(tokens), 24)
        for t in range(out.shape[1]):
            state = self.cell(out[:, t], state)
        return self.head(state)


net = Reader()
optimizer = torch.optim.RMSprop(net.parameters(), lr=1e-3)
for step in range(10):
    tokens = torch.randint(0, 20, (16, 9))
    loss = nn.CrossEntropyLoss()(net(tokens[:, :-1]), tokens[:, -1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
show(net)
