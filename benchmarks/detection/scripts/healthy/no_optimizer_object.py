"""Everything by hand: tensors, matmul, parameters updated under no_grad."""
import torch
from sklearn.datasets import load_digits

torch.manual_seed(0)
d = load_digits()
x = torch.tensor((d.data - d.data.mean()) / d.data.std(), dtype=torch.float32)
y = torch.nn.functional.one_hot(torch.tensor(d.target), 10).float()
w1 = (torch.randn(64, 48) * (2 / 64) ** 0.5).requires_grad_()
b1 = torch.zeros(48, requires_grad=True)
w2 = (torch.randn(48, 10) * (1 / 48) ** 0.5).requires_grad_()
b2 = torch.zeros(10, requires_grad=True)
learning_rate = 0.2
for epoch in range(12):
    for i in range(0, 1400, 50):
        h = torch.relu(x[i:i + 50] @ w1 + b1)
        logits = h @ w2 + b2
        loss = -(y[i:i + 50] * torch.log_softmax(logits, 1)).sum(1).mean()
        loss.backward()
        with torch.no_grad():
            for w in (w1, b1, w2, b2):
                w -= learning_rate * w.grad
                w.grad.zero_()
    print(epoch, loss.item())
with torch.no_grad():
    out = torch.relu(x[1400:] @ w1 + b1) @ w2 + b2
print("accuracy", (out.argmax(1) == y[1400:].argmax(1)).float().mean().item())
