"""Twenty-one rows, one feature: fit a parabola."""
import numpy as np
import torch
from torch import nn

np.random.seed(0)
torch.manual_seed(0)
x = np.linspace(-1, 1, 21).reshape(-1, 1).astype("float32")
y = (x ** 2 + 0.05 * np.random.randn(*x.shape)).astype("float32")
x, y = torch.from_numpy(x), torch.from_numpy(y)


class Net(nn.Module):
    def __init__(self, n_feature, n_hidden, n_output):
        super(Net, self).__init__()
        self.hidden = nn.Linear(n_feature, n_hidden)
        self.predict = nn.Linear(n_hidden, n_output)

    def forward(self, x):
        x = torch.relu(self.hidden(x))
        return self.predict(x)


net = Net(1, 16, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.2)
loss_func = nn.MSELoss()
for t in range(400):
    prediction = net(x)
    loss = loss_func(prediction, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if t % 100 == 0:
        print(t, loss.item())
print("mean squared error", loss.item())
