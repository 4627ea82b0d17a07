import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
torch.manual_seed(0)

BATCH_SIZE = 32
LEARNING_RATE = 1e-6
EPOCHS = 15

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16., y, random_state=0)
X_train, X_test = torch.FloatTensor(X_train), torch.FloatTensor(X_test)
y_train, y_test = torch.LongTensor(y_train), torch.LongTensor(y_test)

model = nn.Sequential(nn.Linear(64, 64), nn.LeakyReLU(), nn.Linear(64, 32), nn.LeakyReLU(), nn.Linear(32, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=0.9)
criterion = nn.CrossEntropyLoss()

def train_one_epoch():
    model.train()
    total = 0.
    for i in range(0, len(X_train), BATCH_SIZE):
        xb, yb = X_train[i:i+BATCH_SIZE], y_train[i:i+BATCH_SIZE]
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total

for e in range(EPOCHS):
    t = train_one_epoch()
    model.eval()
    acc = (model(X_test).argmax(1) == y_test).float().mean().item()
    print(e, t / 43, acc)
print("final", t / 43, acc)
