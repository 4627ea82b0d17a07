"""Binary classification of tumours."""
import torch
import torch.nn as nn
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

torch.manual_seed(0)
X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0)
s = StandardScaler()
X_train, X_test = torch.FloatTensor(s.fit_transform(X_train)), torch.FloatTensor(s.transform(X_test))
y_train, y_test = torch.FloatTensor(y_train), torch.FloatTensor(y_test)


class BinaryClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer_1 = nn.Linear(30, 16)
        self.layer_out = nn.Linear(16, 1)
        self.relu = nn.ReLU()
        self.sigmoid = nn.Sigmoid()

    def forward(self, inputs):
        x = self.relu(self.layer_1(inputs))
        return self.sigmoid(self.layer_out(x))


model = BinaryClassifier()
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
for e in range(20):
    for i in range(0, len(X_train), 32):
        optimizer.zero_grad()
        loss = criterion(model(X_train[i:i + 32]), y_train[i:i + 32].unsqueeze(1))
        loss.backward()
        optimizer.step()
    if e % 5 == 0:
        print(f"Epoch {e:03}: | Loss: {loss.item():.5f}")
print("last training loss", loss.item())
