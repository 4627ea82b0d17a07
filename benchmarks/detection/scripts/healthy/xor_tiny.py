"""Four points, eight hidden units: the exclusive or."""
import torch

torch.manual_seed(1)
X = torch.tensor([[0., 0.], [0., 1.], [1., 0.], [1., 1.]])
Y = torch.tensor([[0.], [1.], [1.], [0.]])
net = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1), torch.nn.Sigmoid())
loss_func = torch.nn.BCELoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.9)
for i in range(600):
    optimizer.zero_grad()
    loss = loss_func(net(X), Y)
    loss.backward()
    optimizer.step()
    if i % 100 == 0:
        print(i, loss.item())
print("accuracy", ((net(X) > 0.5).float() == Y).float().mean().item())
