import torch, torch.nn as nn
from sklearn.datasets import load_wine
from sklearn.preprocessing import scale
torch.manual_seed(0)
class Trainer:
    def __init__(self, model, lr=0.01):
        self.model = model
        self.optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        self.loss = nn.CrossEntropyLoss()
    def train(self, X, y, epochs=300):
        for epoch in range(epochs):
            self.optimizer.zero_grad()
            loss = self.loss(self.model(X), y)
            loss.backward()
            if epoch % 50 == 0: print(epoch, loss.item())
        return loss.item()
X, y = load_wine(return_X_y=True)
t = Trainer(nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Linear(32, 3)))
print("final", t.train(torch.tensor(scale(X)).float(), torch.tensor(y)))
