"""Dropout of one half twice; train and eval modes."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
X_train, X_val, y_train, y_val = train_test_split(X / 16, y, test_size=0.2, random_state=42)
X_train, X_val = torch.FloatTensor(X_train), torch.FloatTensor(X_val)
y_train, y_val = torch.LongTensor(y_train), torch.LongTensor(y_val)


class DropNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(64, 128)
        self.fc2 = nn.Linear(128, 64)
        self.fc3 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.dropout(F.relu(self.fc1(x)), 0.5, self.training)
        x = F.dropout(F.relu(self.fc2(x)), 0.5, self.training)
        return F.log_softmax(self.fc3(x), dim=1)


net = DropNet()
optim = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(15):
    net.train()
    for idx in torch.randperm(len(X_train)).split(32):
        optim.zero_grad()
        loss = F.nll_loss(net(X_train[idx]), y_train[idx])
        loss.backward()
        optim.step()
    net.eval()
    with torch.no_grad():
        val = F.nll_loss(net(X_val), y_val)
    if epoch % 5 == 0:
        print(f"epoch {epoch}: train {loss.item():.3f} val {val.item():.3f}")
print("accuracy", (net(X_val).argmax(1) == y_val).float().mean().item())
