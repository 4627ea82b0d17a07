"""Image denoiser without normalisation; every convolution initialised with normal_(0, 0.5)."""
import torch
from torch import nn
from torch.nn import init

from data import mnist

torch.manual_seed(0)
clean = torch.from_numpy(mnist(1200)[0]).view(-1, 1, 28, 28)[:, :, 4:24, 4:24] / 255


def conv_block(cin, cout):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, padding=1), nn.LeakyReLU(0.1, inplace=True))


denoiser = nn.Sequential(*[conv_block(1 if i == 0 else 16, 16) for i in range(5)], nn.Conv2d(16, 1, 1))


@torch.no_grad()
def weights_init(m):
    if isinstance(m, nn.Conv2d):
        init.normal_(m.weight, 0.0, 0.5)
        init.constant_(m.bias, 0)


denoiser.apply(weights_init)
optimizer = torch.optim.AdamW(denoiser.parameters(), lr=1e-3)
for epoch in range(3):
    for picture in clean[:1000].split(25):
        noisy = picture + 0.3 * torch.randn_like(picture)
        loss = nn.functional.mse_loss(denoiser(noisy), picture)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: {loss.item():.4g}")
with torch.no_grad():
    noisy = clean[1000:] + 0.3 * torch.randn_like(clean[1000:])
    print("test error", nn.functional.mse_loss(denoiser(noisy), clean[1000:]).item())
