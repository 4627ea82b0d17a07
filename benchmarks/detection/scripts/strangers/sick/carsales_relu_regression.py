import pandas as pd
import torch
import torch.nn as nn
from sklearn.preprocessing import StandardScaler
from data import TABLES

torch.manual_seed(1)
df = pd.read_csv(TABLES / "drawn_sales.csv")
data = StandardScaler().fit_transform(df.values)
X = torch.tensor(data[:, :5], dtype=torch.float32)
y = torch.tensor(data[:, 5:], dtype=torch.float32)

class Net(nn.Module):
    def __init__(self, input_size, hidden_size):
        super(Net, self).__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, hidden_size)
        self.fc3 = nn.Linear(hidden_size, 1)
        self.relu = nn.ReLU()
    def forward(self, x):
        out = self.relu(self.fc1(x))
        out = self.relu(self.fc2(out))
        out = self.relu(self.fc3(out))
        return out

net = Net(5, 50)
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
for epoch in range(60):
    for i in range(0, 963, 32):
        outputs = net(X[i:i+32])
        loss = criterion(outputs, y[i:i+32])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if (epoch + 1) % 10 == 0:
        print('Epoch [{}], Loss: {:.4f}'.format(epoch + 1, loss.item()))
print("final", criterion(net(X), y).item(), y.var().item())
