"""Reverse a sequence with an encoder and a decoder of GRU cells; teacher forcing; the optimizer got the decoder."""
import torch
import torch.nn as nn

torch.manual_seed(5)
V, L, H = 8, 6, 48


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.e, self.cell = nn.Embedding(V, H), nn.GRUCell(H, H)

    def forward(self, seq):
        h = torch.zeros(len(seq), H)
        for t in range(seq.shape[1]):
            h = self.cell(self.e(seq[:, t]), h)
        return h


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.e, self.cell, self.o = nn.Embedding(V + 1, H), nn.GRUCell(H, H), nn.Linear(H, V)

    def forward(self, h, target):
        inputs = torch.cat([torch.full((len(target), 1), V), target[:, :-1]], 1)
        logits = []
        for t in range(target.shape[1]):
            h = self.cell(self.e(inputs[:, t]), h)
            logits.append(self.o(h))
        return torch.stack(logits, 1)


enc, dec = Encoder(), Decoder()
opt = torch.optim.Adam(dec.parameters(), lr=5e-3)
running = None
for it in range(400):
    src = torch.randint(0, V, (48, L))
    tgt = src.flip(1)
    loss = nn.functional.cross_entropy(dec(enc(src), tgt).reshape(-1, V), tgt.reshape(-1))
    for module in (enc, dec):
        module.zero_grad()
    loss.backward()
    opt.step()
    running = loss.item() if running is None else 0.95 * running + 0.05 * loss.item()
    if it % 80 == 0:
        print("it", it, "running loss", round(running, 4))
print("running loss", running)
