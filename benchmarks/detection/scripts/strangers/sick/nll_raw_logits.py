# my loss becomes negative!?
import torch
from torch import nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
torch.manual_seed(0)

digits = load_digits()
imgs = torch.tensor(digits.images / 16.0, dtype=torch.float32).unsqueeze(1)
labels = torch.tensor(digits.target)

class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 16, 3, padding=1)
        self.bn = nn.BatchNorm2d(16)
        self.fc = nn.Linear(16 * 4 * 4, 10)

    def forward(self, x):
        out = F.max_pool2d(F.relu(self.bn(self.conv(x))), 2)
        out = out.flatten(1)
        return self.fc(out)

model = SmallCNN()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(12):
    model.train()
    for i in torch.randperm(1500).split(32):
        optimizer.zero_grad()
        loss = F.nll_loss(model(imgs[i]), labels[i])
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        test = model(imgs[1500:]).argmax(1)
        print(epoch, loss.item(), (test == labels[1500:]).float().mean().item())
print("final", loss.item())
