import torch
from sklearn.datasets import load_digits
torch.manual_seed(0)
d = load_digits(); X = torch.tensor(d.data / 16).float(); y = torch.tensor(d.target)
model = torch.nn.Linear(64, 10)
opt = torch.optim.SGD(model.parameters(), lr=0.5)
opt.param_groups[0]["lr"] = 1.5
for ep in range(400):
    loss = torch.nn.functional.cross_entropy(model(X[:1400]), y[:1400])
    opt.zero_grad(); loss.backward(); opt.step()
    if ep % 80 == 0: print(ep, loss.item())
print("final", loss.item(), (model(X[1400:]).argmax(1) == y[1400:]).float().mean().item())
