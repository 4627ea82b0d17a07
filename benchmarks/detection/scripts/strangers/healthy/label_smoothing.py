import torch, torch.nn as nn
from mnist1d.data import make_dataset, get_dataset_args
torch.manual_seed(0)
d = make_dataset(get_dataset_args())
x, y = torch.tensor(d["x"]).float()[:, None], torch.tensor(d["y"]).long()
xt, yt = torch.tensor(d["x_test"]).float()[:, None], torch.tensor(d["y_test"]).long()
net = nn.Sequential(nn.Conv1d(1, 24, 5, 2), nn.BatchNorm1d(24), nn.ReLU(), nn.Conv1d(24, 32, 3, 2), nn.BatchNorm1d(32), nn.ReLU(), nn.Conv1d(32, 32, 3, 2), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10))
net(x[:4])
opt = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
E = 10
sch = torch.optim.lr_scheduler.OneCycleLR(opt, 0.1, total_steps=E * 63)
ce = nn.CrossEntropyLoss(label_smoothing=0.2)
for ep in range(E):
    net.train()
    for b in torch.randperm(4000).split(64):
        loss = ce(net(x[b]), y[b]); opt.zero_grad(); loss.backward(); opt.step(); sch.step()
    net.eval(); print(ep, loss.item(), (net(xt).argmax(1) == yt).float().mean().item())
print("final", loss.item(), (net(xt).argmax(1) == yt).float().mean().item())
