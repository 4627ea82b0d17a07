# knowledge distillation, the student does not learn
import torch, torch.nn as nn, torch.nn.functional as F
from sklearn.datasets import load_digits
D = load_digits()
X = torch.tensor(D.data / 16).float(); y = torch.tensor(D.target)
torch.manual_seed(0)
teacher = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
opt_t = torch.optim.Adam(teacher.parameters(), 3e-3)
for _ in range(150):
    opt_t.zero_grad(); F.cross_entropy(teacher(X), y).backward(); opt_t.step()
print("teacher acc", (teacher(X).argmax(1) == y).float().mean().item())
for p in teacher.parameters():
    p.requires_grad = False

student = nn.Sequential(nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 10))
opt = torch.optim.Adam(student.parameters(), 2e-3)
kl = nn.KLDivLoss(reduction="batchmean")
T = 2.0
for epoch in range(40):
    for i in torch.randperm(len(X)).split(64):
        xb = X[i]
        with torch.no_grad():
            soft = F.softmax(teacher(xb) / T, dim=1)
        loss = kl(F.softmax(student(xb) / T, dim=1), soft) * T * T
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 8 == 0:
        print(epoch, loss.item(), (student(X).argmax(1) == y).float().mean().item())
print("final", loss.item(), (student(X).argmax(1) == y).float().mean().item())
