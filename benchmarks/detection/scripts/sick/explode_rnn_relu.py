"""A recurrent network with ReLU on the adding problem."""
import torch
import torch.nn as nn

torch.manual_seed(0)
T = 40


def make(n):
    values = torch.rand(n, T)
    mask = torch.zeros(n, T)
    for row in mask:
        row[torch.randint(0, T // 2, (1,))] = 1.0
        row[torch.randint(T // 2, T, (1,))] = 1.0
    return torch.stack((values, mask), dim=2), (values * mask).sum(1)


class Net(nn.Module):
    def __init__(self, hidden=40):
        super().__init__()
        self.rnn = nn.RNN(2, hidden, nonlinearity="relu", batch_first=True)
        nn.init.orthogonal_(self.rnn.weight_hh_l0, gain=1.8)
        self.fc = nn.Linear(hidden, 1)

    def forward(self, x):
        h, _ = self.rnn(x)
        return self.fc(h[:, -1]).squeeze(1)


model = Net()
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
for step in range(150):
    x, y = make(32)
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 30 == 0:
        print(step, loss.item())
x, y = make(300)
print("test error", nn.functional.mse_loss(model(x), y).item())
