"""Every weight 0.05, tanh, RMSprop."""
import torch
import torch.nn as nn
from sklearn.datasets import load_digits

torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / (X.std(0) + 1e-3)).float()
y = torch.tensor(y)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 40)
        self.fc2 = nn.Linear(40, 40)
        self.fc3 = nn.Linear(40, 10)
        for name, p in self.named_parameters():
            if "weight" in name:
                nn.init.constant_(p, 0.05)
            else:
                nn.init.zeros_(p)

    def forward(self, x):
        x = self.fc1(x).tanh()
        x = self.fc2(x).tanh()
        return self.fc3(x)


net = Net()
opt = torch.optim.RMSprop(net.parameters(), lr=1e-3)
for epoch in range(12):
    for i in range(0, 1400, 28):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(X[i:i + 28]), y[i:i + 28])
        loss.backward()
        opt.step()
    if epoch % 3 == 0:
        print(epoch, loss.item())
print("accuracy", (net(X[1400:]).argmax(1) == y[1400:]).float().mean().item())
