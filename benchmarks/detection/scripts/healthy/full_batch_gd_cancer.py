"""Full-batch gradient descent, fifty lines of loss printed the old way."""
import numpy as np
import torch
from sklearn.datasets import load_breast_cancer

torch.manual_seed(42)
raw = load_breast_cancer()
features = (raw.data - raw.data.mean(axis=0)) / raw.data.std(axis=0)
order = np.random.RandomState(0).permutation(len(features))
features, labels = features[order], raw.target[order]
inputs = torch.tensor(features[:450], dtype=torch.float)
targets = torch.tensor(labels[:450], dtype=torch.float)

model = torch.nn.Sequential()
model.add_module("hidden", torch.nn.Linear(30, 16))
model.add_module("act", torch.nn.ReLU())
model.add_module("out", torch.nn.Linear(16, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
for it in range(300):
    optimizer.zero_grad()
    out = model(inputs).squeeze(-1)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(out, targets)
    loss.backward()
    optimizer.step()
    if it % 50 == 0:
        print("iter %d loss %.4f" % (it, loss.item()))
rest = model(torch.tensor(features[450:], dtype=torch.float)).squeeze(-1) > 0
print("accuracy", float((rest.numpy() == (labels[450:] == 1)).mean()))
