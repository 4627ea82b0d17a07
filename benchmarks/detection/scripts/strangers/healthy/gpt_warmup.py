import torch, math
import torch.nn as nn
import inspect, argparse
torch.manual_seed(0)
text = inspect.getsource(argparse)[:60000]
chars = sorted(set(text)); d = {c: i for i, c in enumerate(chars)}
data = torch.tensor([d[c] for c in text])
T, C = 32, 48
class Block(nn.Module):
    def __init__(s):
        super().__init__()
        s.ln1 = nn.LayerNorm(C); s.ln2 = nn.LayerNorm(C)
        s.qkv = nn.Linear(C, 3 * C); s.proj = nn.Linear(C, C)
        s.mlp = nn.Sequential(nn.Linear(C, 4 * C), nn.GELU(), nn.Linear(4 * C, C))
    def forward(s, x):
        B, T, _ = x.shape
        q, k, v = s.qkv(s.ln1(x)).view(B, T, 3, 4, C // 4).permute(2, 0, 3, 1, 4)
        a = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + s.proj(a.transpose(1, 2).reshape(B, T, C))
        return x + s.mlp(s.ln2(x))
class GPT(nn.Module):
    def __init__(s):
        super().__init__()
        s.wte = nn.Embedding(len(chars), C); s.wpe = nn.Embedding(T, C)
        s.h = nn.Sequential(Block(), Block(), Block()); s.lnf = nn.LayerNorm(C)
        s.head = nn.Linear(C, len(chars), bias=False); s.head.weight = s.wte.weight
        nn.init.normal_(s.wte.weight, 0, 0.02)
    def forward(s, i):
        return s.head(s.lnf(s.h(s.wte(i) + s.wpe.weight)))
m = GPT(); N = 400
opt = torch.optim.AdamW(m.parameters(), lr=3e-3, weight_decay=0.1)
sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda t: (t + 1) / 150 if t < 150 else 0.5 * (1 + math.cos(math.pi * (t - 150) / (N - 150))))
for it in range(N):
    ix = torch.randint(len(data) - T - 1, (16,))
    x = torch.stack([data[i:i+T] for i in ix]); y = torch.stack([data[i+1:i+T+1] for i in ix])
    loss = nn.functional.cross_entropy(m(x).flatten(0, 1), y.flatten())
    opt.zero_grad(); loss.backward()
    torch.nn.utils.clip_grad_norm_(m.parameters(), 1.0)
    opt.step(); sched.step()
    if it % 50 == 0: print(it, loss.item())
print("final", loss.item())
