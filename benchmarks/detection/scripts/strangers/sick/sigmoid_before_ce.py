import torch
from torch import nn
from mnist1d.data import make_dataset, get_dataset_args
torch.manual_seed(0)
d = make_dataset(get_dataset_args())
x, y = torch.tensor(d["x"]).float(), torch.tensor(d["y"])
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(40, 100); self.fc2 = nn.Linear(100, 10); self.sig = nn.Sigmoid()
    def forward(self, x):
        x = self.sig(self.fc1(x))
        return self.sig(self.fc2(x))
net = Net(); opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9); ce = nn.CrossEntropyLoss()
for ep in range(25):
    for b in torch.randperm(4000).split(100):
        opt.zero_grad(); l = ce(net(x[b]), y[b]); l.backward(); opt.step()
    if ep % 5 == 0: print(ep, l.item())
print("final", l.item(), (net(x).argmax(1) == y).float().mean().item())
