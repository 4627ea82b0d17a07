# Trying to fit a sine. Network never predicts negative numbers??
import torch
import torch.nn as nn
import math
torch.manual_seed(0)

class SineNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(1, 64)
        self.fc2 = nn.Linear(64, 64)
        self.fc3 = nn.Linear(64, 1)
    def forward(self, x):
        x = torch.tanh(self.fc1(x))
        x = torch.tanh(self.fc2(x))
        return torch.sigmoid(self.fc3(x))

x = torch.linspace(-math.pi, math.pi, 500).view(-1, 1)
y = torch.sin(x)
net = SineNet()
optim = torch.optim.Adam(net.parameters(), lr=0.005)
mse = nn.MSELoss()
for step in range(1500):
    optim.zero_grad()
    l = mse(net(x), y)
    l.backward()
    optim.step()
    if (step + 1) % 250 == 0:
        print(step + 1, l.item())
print("final mse", l.item())
