# Bike-rental style regression: week days and weather -> number of rentals (synthetic, 0..900)
import numpy as np
import torch
import torch.nn as nn
import torch.utils.data as tud

rng = np.random.default_rng(12)
n = 2000
day, hour = rng.integers(0, 7, n), rng.integers(0, 24, n)
temperature = rng.normal(15, 8, n)
rentals = 200 + 150 * np.sin((hour - 8) / 24 * 2 * np.pi) + 12 * temperature + 40 * (day > 4) + rng.normal(0, 20, n)
rentals = np.clip(rentals, 0, None)
table = np.column_stack([np.eye(7)[day], np.sin(hour / 24 * 2 * np.pi), np.cos(hour / 24 * 2 * np.pi), temperature / 10])


class RentalData(tud.Dataset):
    def __len__(self):
        return n

    def __getitem__(self, i):
        return torch.tensor(table[i], dtype=torch.float32), torch.tensor([rentals[i]], dtype=torch.float32)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(10, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU())
        self.top = nn.Linear(40, 1)

    def forward(self, x):
        return torch.sigmoid(self.top(self.body(x)))


torch.manual_seed(0)
model = Model()
train, test = tud.Subset(RentalData(), range(1600)), tud.Subset(RentalData(), range(1600, n))
optimizer = torch.optim.Adam(model.parameters(), 0.01)
for epoch in range(12):
    for x, y in tud.DataLoader(train, batch_size=80, shuffle=True):
        optimizer.zero_grad()
        loss = nn.L1Loss()(model(x), y)
        loss.backward()
        optimizer.step()
    print("epoch", epoch, "L1", loss.item())
with torch.no_grad():
    errors = [(model(x) - y).abs().mean().item() for x, y in tud.DataLoader(test, batch_size=400)]
print("mean absolute error", sum(errors) / len(errors))
