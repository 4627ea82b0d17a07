import torch
import torch.nn as nn
import this, codecs
torch.manual_seed(0)

text = codecs.decode(this.s, "rot13") * 4
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
data = torch.tensor([stoi[c] for c in text])
V = len(chars)

class CharLSTM(nn.Module):
    def __init__(self, vocab, emb=32, hid=64):
        super().__init__()
        self.emb = nn.Embedding(vocab, emb)
        self.lstm = nn.LSTM(emb, hid, batch_first=True)
        self.fc = nn.Linear(hid, vocab)
        self.softmax = nn.Softmax(dim=2)
    def forward(self, x):
        out, _ = self.lstm(self.emb(x))
        logits = self.softmax(self.fc(out))
        return logits

model = CharLSTM(V)
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
crit = nn.CrossEntropyLoss()
L = 40
for it in range(400):
    st = torch.randint(0, len(data) - L - 1, (16,))
    xb = torch.stack([data[s:s + L] for s in st])
    yb = torch.stack([data[s + 1:s + L + 1] for s in st])
    out = model(xb)
    loss = crit(out.reshape(-1, V), yb.reshape(-1))
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 50 == 0:
        print("iter", it, "loss", loss.item())
print("final", loss.item())
