import torch, torch.nn as nn, torch.nn.functional as F, re, inspect, argparse, collections
torch.manual_seed(0)
words = re.findall(r"[a-z]+", inspect.getsource(argparse).lower())[:12000]
c = collections.Counter(words); vocab = [w for w, k in c.most_common(600)]; ix = {w: i for i, w in enumerate(vocab)}
ids = torch.tensor([ix[w] for w in words if w in ix])
centre = nn.Embedding(600, 32, sparse=True); ctx = nn.Embedding(600, 32, sparse=True)
nn.init.uniform_(centre.weight, -0.5 / 32, 0.5 / 32); nn.init.zeros_(ctx.weight)
opt = torch.optim.SparseAdam(list(centre.parameters()) + list(ctx.parameters()), lr=0.01)
hist = []
for it in range(1500):
    p = torch.randint(3, len(ids) - 3, (256,)); o = p + torch.randint(1, 3, (256,)) * (torch.randint(0, 2, (256,)) * 2 - 1)
    neg = ids[torch.randint(len(ids), (256, 5))]
    v = centre(ids[p]); pos = (v * ctx(ids[o])).sum(1); ng = (v[:, None] * ctx(neg)).sum(2)
    loss = -F.logsigmoid(pos).mean() - F.logsigmoid(-ng).sum(1).mean()
    opt.zero_grad(); loss.backward(); opt.step(); hist.append(loss.item())
    if it % 300 == 0: print(it, loss.item())
print("final", sum(hist[-50:]) / 50, "from", hist[0])
