"""Three 1-D convolutions, SGD with momentum, cosine schedule, weight decay."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import mnist1d

torch.manual_seed(0)
x, y, xt, yt = (torch.as_tensor(a) for a in mnist1d(3000))


class ConvNet(nn.Module):
    def __init__(self, c=25):
        super().__init__()
        self.conv1 = nn.Conv1d(1, c, 5, stride=2, padding=1)
        self.conv2 = nn.Conv1d(c, c, 3, stride=2, padding=1)
        self.conv3 = nn.Conv1d(c, c, 3, stride=2, padding=1)
        self.linear = nn.Linear(c * 5, 10)

    def forward(self, x):
        x = x.unsqueeze(1)
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = F.relu(self.conv3(x))
        return self.linear(x.flatten(1))


model = ConvNet()
EPOCHS = 14
opt = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, EPOCHS)
for e in range(EPOCHS):
    for b in torch.randperm(len(x)).split(50):
        opt.zero_grad()
        loss = F.cross_entropy(model(x[b]), y[b])
        loss.backward()
        opt.step()
    sched.step()
    if e % 4 == 0:
        print("epoch", e, "loss", loss.item(), "lr", sched.get_last_lr())
model.eval()
with torch.no_grad():
    print("accuracy", (model(xt).argmax(1) == yt).float().mean().item())
