import numpy as np
import torch
import torch.nn as nn
torch.manual_seed(0)

t = np.arange(0, 1000)
series = np.sin(0.1 * t) + 0.3 * np.sin(0.37 * t) + 0.05 * np.random.RandomState(0).randn(1000)
series = torch.tensor(series, dtype=torch.float32)
W = 20
X = torch.stack([series[i:i + W] for i in range(1000 - W)]).unsqueeze(-1)
Y = series[W:].unsqueeze(-1)

class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 32, num_layers=1, batch_first=True)
        self.linear = nn.Linear(32, 1)
    def forward(self, x):
        o, (h, c) = self.lstm(x)
        return self.linear(h[-1])

model = Forecaster()
loss_function = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-7)
for epoch in range(20):
    for i in range(0, len(X), 32):
        optimizer.zero_grad()
        y_pred = model(X[i:i+32])
        single_loss = loss_function(y_pred, Y[i:i+32])
        single_loss.backward()
        optimizer.step()
    if epoch % 4 == 1:
        print(f'epoch: {epoch:3} loss: {single_loss.item():10.8f}')
print("final", loss_function(model(X), Y).item(), Y.var().item())
