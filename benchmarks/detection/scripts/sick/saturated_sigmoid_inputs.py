"""Breast cancer with a sigmoid hidden layer; the table straight from scikit-learn."""
import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

torch.manual_seed(0)
data = load_breast_cancer()
xtr, xte, ytr, yte = train_test_split(data.data, data.target, test_size=0.25, random_state=7)
xtr, xte = torch.tensor(xtr, dtype=torch.float32), torch.tensor(xte, dtype=torch.float32)
ytr, yte = torch.tensor(ytr, dtype=torch.float32), torch.tensor(yte, dtype=torch.float32)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(30, 20)
        self.sigmoid = nn.Sigmoid()
        self.output = nn.Linear(20, 1)

    def forward(self, x):
        return self.output(self.sigmoid(self.hidden(x))).view(-1)


net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
criterion = nn.BCEWithLogitsLoss()
for epoch in range(30):
    for i in torch.randperm(len(xtr)).split(32):
        optimizer.zero_grad()
        loss = criterion(net(xtr[i]), ytr[i])
        loss.backward()
        optimizer.step()
    if epoch % 10 == 0:
        print(epoch, loss.item())
print("accuracy", ((net(xte) > 0).float() == yte).float().mean().item())
