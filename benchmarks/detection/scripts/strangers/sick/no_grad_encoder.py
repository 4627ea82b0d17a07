# Is the number of opening brackets in the string odd? (toy seq classification)
import torch, torch.nn as nn
torch.manual_seed(0)
N, L, V = 1500, 12, 5
X = torch.randint(0, V, (N, L))
y = ((X == 1).sum(1) > (X == 2).sum(1)).long()

class SeqClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(V, 4)
        self.encoder = nn.GRU(4, 8, batch_first=True)
        self.classifier = nn.Linear(8, 2)
    def forward(self, x):
        with torch.no_grad():
            _, h = self.encoder(self.emb(x))
        return self.classifier(h.squeeze(0))

model = SeqClassifier()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
criterion = nn.CrossEntropyLoss()
for epoch in range(20):
    tl = 0
    for b in torch.randperm(1200).split(40):
        optimizer.zero_grad()
        loss = criterion(model(X[b]), y[b])
        loss.backward()
        optimizer.step()
        tl += loss.item()
    acc = (model(X[1200:]).argmax(1) == y[1200:]).float().mean().item()
    if epoch % 4 == 0: print(epoch, tl / 30, acc)
print("final", tl / 30, acc)
