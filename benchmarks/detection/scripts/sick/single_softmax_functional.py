"""A GRU with one output through F.softmax, squared error."""
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
series = torch.randn(1200, 12, 2)
label = (series[:, :, 0].sum(1) > series[:, :, 1].sum(1)).float()


class SeqNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(2, 16, batch_first=True)
        self.lin = nn.Linear(16, 1)

    def forward(self, s):
        _, h = self.gru(s)
        return F.softmax(self.lin(h[-1]), dim=-1)


net = SeqNet()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(8):
    for i in range(0, 1000, 50):
        opt.zero_grad()
        loss = F.mse_loss(net(series[i:i + 50])[:, 0], label[i:i + 50])
        loss.backward()
        opt.step()
    print(epoch, loss.item())
print("accuracy", ((net(series[1000:])[:, 0] > 0.5).float() == label[1000:]).float().mean().item())
