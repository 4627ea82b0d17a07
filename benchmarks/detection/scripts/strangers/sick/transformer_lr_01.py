import torch
import torch.nn as nn
import inspect, textwrap
text = inspect.getsource(textwrap)
vocab = sorted(set(text)); enc = {c: i for i, c in enumerate(vocab)}
data = torch.tensor([enc[c] for c in text])
B, T, C = 12, 32, 48
torch.manual_seed(0)

class TinyGPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok = nn.Embedding(len(vocab), C)
        self.pos = nn.Parameter(torch.randn(T, C) * 0.02)
        layer = nn.TransformerEncoderLayer(C, 4, 4 * C, dropout=0.0, batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.ln = nn.LayerNorm(C)
        self.head = nn.Linear(C, len(vocab))
        self.register_buffer("mask", torch.triu(torch.full((T, T), float("-inf")), 1))
    def forward(self, idx):
        h = self.tok(idx) + self.pos
        h = self.blocks(h, mask=self.mask)
        return self.head(self.ln(h))

model = TinyGPT()
opt = torch.optim.Adam(model.parameters(), lr=0.1)
for it in range(300):
    ix = torch.randint(len(data) - T - 1, (B,))
    x = torch.stack([data[i:i+T] for i in ix]); y = torch.stack([data[i+1:i+T+1] for i in ix])
    loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
    opt.zero_grad(set_to_none=True)
    loss.backward()
    opt.step()
    if it % 50 == 0: print(it, loss.item())
print("final", loss.item())
