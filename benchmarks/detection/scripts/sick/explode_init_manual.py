"""A network from bare tensors: torch.randn weights, matmul, clamp."""
import torch
from sklearn.datasets import load_wine

torch.manual_seed(0)
wine = load_wine()
x = torch.tensor((wine.data - wine.data.mean(0)) / wine.data.std(0), dtype=torch.float32)
y = torch.nn.functional.one_hot(torch.tensor(wine.target), 3).float()
H = 200
scale = [1.0, 1.0, 1.0, 1.0]
w1 = torch.randn(13, H) * scale[0]
w2 = torch.randn(H, H) * scale[1]
w3 = torch.randn(H, H) * scale[2]
w4 = torch.randn(H, 3) * scale[3]
weights = [w.requires_grad_() for w in (w1, w2, w3, w4)]
learning_rate = 1e-3
for t in range(200):
    h = x.mm(w1).clamp(min=0)
    h = h.mm(w2).clamp(min=0)
    h = h.mm(w3).clamp(min=0)
    y_pred = h.mm(w4)
    loss = (y_pred - y).pow(2).mean()
    if t % 40 == 0:
        print(t, loss.item())
    loss.backward()
    with torch.no_grad():
        for w in weights:
            w -= learning_rate * w.grad
            w.grad = None
print("final loss", loss.item())
