import torch
from fingerprint import show
from torch import nn

torch.manual_seed(6)
generator = nn.Sequential(nn.Linear(4, 16), nn.LeakyReLU(0.2, inplace=True), nn.Linear(16, 2))
critic = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
for_generator = torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.999))
for_critic = torch.optim.Adam(critic.parameters(), lr=2e-3, betas=(0.5, 0.999))
judge = nn.BCEWithLogitsLoss()
for step in range(20):
    real, fake = torch.randn(32, 2) + 2, generator(torch.randn(32, 4))
    for_critic.zero_grad()
    loss_critic = judge(critic(real), torch.ones(32, 1)) + judge(critic(fake.detach()), torch.zeros(32, 1))
    loss_critic.backward()
    for_critic.step()
    for_generator.zero_grad()
    loss_generator = judge(critic(fake), torch.ones(32, 1))
    loss_generator.backward()
    for_generator.step()
print(loss_critic.item(), loss_generator.item())
show(generator, critic)
