import torch
from fingerprint import show
from torch import nn

torch.manual_seed(1)
net = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 64), nn.GELU(), nn.Dropout(0.1), nn.Linear(64, 2))
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 30)
for step in range(30):
    x = torch.randn(64, 10)
    loss = nn.functional.cross_entropy(net(x), (x.sum(1) > 0).long())
    optimizer.zero_grad(set_to_none=False)
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    if step % 10 == 9:
        net.eval()
        with torch.no_grad():
            print(net(x).mean().item(), torch.rand(1).item())
        net.train()
show(net)
