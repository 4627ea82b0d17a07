import numpy as np, torch
from torch import nn

def my_mse(y_pred, y_true):
    return torch.mean((y_true - y_pred) ** 2)

class RNNForecast(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.rnn = nn.RNN(input_size=1, hidden_size=hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 1)
    def forward(self, x):
        out, _ = self.rnn(x)
        return self.fc(out[:, -1, :])

rs = np.random.RandomState(1)
ts = np.sin(np.linspace(0, 60, 900)) + rs.normal(0, .05, 900)
win = 15
xs = torch.tensor(np.array([ts[i:i + win] for i in range(len(ts) - win)]), dtype=torch.float32).unsqueeze(2)
ys = torch.tensor(ts[win:], dtype=torch.float32)
torch.manual_seed(0)
model = RNNForecast()
opt = torch.optim.Adam(model.parameters(), lr=0.003)
for epoch in range(25):
    perm = torch.randperm(len(xs))
    for i in range(0, len(xs), 25):
        k = perm[i:i + 25]
        loss = my_mse(model(xs[k]), ys[k])
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        opt.step()
    if epoch % 5 == 0: print(epoch, float(loss))
with torch.no_grad():
    print("final", ((model(xs).squeeze() - ys) ** 2).mean().item(), "variance", ys.var().item())
