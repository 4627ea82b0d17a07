import torch, torch.nn as nn
from mnist1d.data import make_dataset, get_dataset_args
torch.manual_seed(0)
data = make_dataset(get_dataset_args())
Xtr = torch.Tensor(data['x']).unsqueeze(1); ytr = torch.LongTensor(data['y'])
Xte = torch.Tensor(data['x_test']).unsqueeze(1); yte = torch.LongTensor(data['y_test'])
model = nn.Sequential(
    nn.Conv1d(1, 16, 5, padding=2),
    nn.AvgPool1d(2),
    nn.Conv1d(16, 32, 5, padding=2),
    nn.AvgPool1d(2),
    nn.Flatten(),
    nn.Linear(320, 64),
    nn.Linear(64, 10),
)
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
for epoch in range(12):
    order = torch.randperm(4000)
    for k in range(0, 4000, 50):
        b = order[k:k+50]
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(Xtr[b]), ytr[b])
        loss.backward()
        optimizer.step()
    print(epoch, loss.item(), (model(Xte).argmax(1) == yte).float().mean().item())
print("final", loss.item(), (model(Xte).argmax(1) == yte).float().mean().item())
