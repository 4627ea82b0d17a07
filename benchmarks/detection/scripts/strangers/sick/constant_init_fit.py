# neural net from scratch, only autograd. Accuracy stays low?
import torch
from sklearn.datasets import load_digits
torch.manual_seed(0)

class NeuralNetwork:
    def __init__(self, n_in, n_hid, n_out):
        self.W1 = torch.full((n_in, n_hid), 0.1)
        self.b1 = torch.zeros(n_hid)
        self.W2 = torch.full((n_hid, n_out), 0.1)
        self.b2 = torch.zeros(n_out)
        self.params = [self.W1, self.b1, self.W2, self.b2]
        for p in self.params:
            p.requires_grad_(True)
        self.opt = torch.optim.SGD(self.params, lr=0.1)
    def forward(self, x):
        return torch.tanh(x @ self.W1 + self.b1) @ self.W2 + self.b2
    def fit(self, X, y, epochs):
        for e in range(epochs):
            for i in torch.randperm(len(X)).split(64):
                loss = torch.nn.functional.cross_entropy(self.forward(X[i]), y[i])
                self.opt.zero_grad()
                loss.backward()
                self.opt.step()
        return loss.item()
    def score(self, X, y):
        return (self.forward(X).argmax(1) == y).float().mean().item()

d = load_digits()
X = torch.tensor((d.data - d.data.mean()) / d.data.std(), dtype=torch.float32)
y = torch.tensor(d.target)
nn = NeuralNetwork(64, 50, 10)
print("loss", nn.fit(X, y, 40))
print("final", nn.score(X, y))
