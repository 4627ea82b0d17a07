"""Second derivatives, functional transforms, a custom function, hooks of the user's own."""
import torch
from fingerprint import show
from torch import nn

torch.manual_seed(12)


class Clipped(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(-1, 1)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x.abs() <= 1) + 0.01 * gradient


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 16), nn.utils.parametrizations.weight_norm(nn.Linear(16, 1))

    def forward(self, x):
        return self.b(Clipped.apply(self.a(x)))


net = Net()
seen = []
handle = net.a.register_forward_hook(lambda module, args, output: seen.append(output.mean().item()))
net.a.weight.register_hook(lambda gradient: gradient * 0.5)
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
for step in range(15):
    x = torch.randn(16, 4, requires_grad=True)
    out = net(x)
    (slope,) = torch.autograd.grad(out.sum(), x, create_graph=True)
    loss = out.pow(2).mean() + (slope.norm(dim=1) - 1).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
handle.remove()
jacobian = torch.func.vmap(torch.func.jacrev(lambda v: torch.tanh(net.a(v))))(x.detach())
print(jacobian.sum().item(), loss.item(), len(seen))
show(net, extra=seen)
