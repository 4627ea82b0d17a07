"""Census income, a ReLU network, columns as they come."""
import torch
import torch.nn as nn
from sklearn.metrics import balanced_accuracy_score

from data import income

torch.manual_seed(0)
X, y = income(4000)
X, y = torch.tensor(X), torch.tensor(y)


class Classifier(nn.Module):
    def __init__(self):
        super(Classifier, self).__init__()
        self.layer1 = nn.Linear(14, 64)
        self.layer2 = nn.Linear(64, 32)
        self.out = nn.Linear(32, 1)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.relu(self.layer1(x))
        x = self.relu(self.layer2(x))
        return self.out(x)


model = Classifier()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(8):
    for i in range(0, 3200, 64):
        optimizer.zero_grad()
        loss = criterion(model(X[i:i + 64]).squeeze(1), y[i:i + 64])
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "loss", loss.item())
with torch.no_grad():
    guess = (model(X[3200:]).squeeze(1) > 0).float()
print("balanced accuracy", balanced_accuracy_score(y[3200:].numpy(), guess.numpy()))
