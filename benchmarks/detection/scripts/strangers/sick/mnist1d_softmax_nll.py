import torch, torch.nn as nn
from mnist1d.data import make_dataset, get_dataset_args
torch.manual_seed(0)
d = make_dataset(get_dataset_args())
x, y = torch.tensor(d["x"]).float(), torch.tensor(d["y"]).long()
xt, yt = torch.tensor(d["x_test"]).float(), torch.tensor(d["y_test"]).long()

net = nn.Sequential(
    nn.Unflatten(1, (1, 40)),
    nn.Conv1d(1, 25, 5, stride=2, padding=1), nn.ReLU(),
    nn.Conv1d(25, 25, 3, stride=2, padding=1), nn.ReLU(),
    nn.Conv1d(25, 25, 3, stride=2, padding=1), nn.ReLU(),
    nn.Flatten(), nn.Linear(125, 10), nn.Softmax(dim=-1))
opt = torch.optim.Adam(net.parameters(), 5e-3)
crit = nn.NLLLoss()
for step in range(1500):
    ix = torch.randint(len(x), (100,))
    loss = crit(net(x[ix]), y[ix])
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 250 == 0:
        acc = (net(xt).argmax(-1) == yt).float().mean().item()
        print("step {} loss {:.3f} test acc {:.3f}".format(step, loss.item(), acc))
print("final", loss.item(), (net(xt).argmax(-1) == yt).float().mean().item())
