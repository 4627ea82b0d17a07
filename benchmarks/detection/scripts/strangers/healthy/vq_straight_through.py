import torch, torch.nn as nn, torch.nn.functional as F
from sklearn.datasets import load_digits
torch.manual_seed(0)
X = torch.tensor(load_digits().data / 16).float(); X = X - X.mean(0)
enc = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 16)); dec = nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 64)); book = nn.Embedding(32, 4)
nn.init.uniform_(book.weight, -.5, .5)
opt = torch.optim.Adam([*enc.parameters(), *dec.parameters(), *book.parameters()], 2e-3)
for ep in range(30):
    for b in torch.randperm(1797).split(64):
        z = enc(X[b]).view(-1, 4); k = torch.cdist(z.detach(), book.weight.detach()).argmin(1); q = book(k)
        st = z + (q - z).detach(); r = dec(st.view(-1, 16))
        l = F.mse_loss(r, X[b]) + 0.3 * F.mse_loss(q, z.detach()) + 0.1 * F.mse_loss(z, q.detach()); opt.zero_grad(); l.backward(); opt.step()
    if ep % 6 == 0: print(ep, l.item())
print("final", F.mse_loss(r, X[b]).item(), "var", (X ** 2).mean().item())
