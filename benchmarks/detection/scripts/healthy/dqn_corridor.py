"""Deep Q-learning in a corridor of eight cells: replay memory, target network, epsilon greedy."""
import random
from collections import deque

import torch
import torch.nn as nn

random.seed(0)
torch.manual_seed(0)
N = 8
q, target = (nn.Sequential(nn.Linear(N, 32), nn.ReLU(), nn.Linear(32, 2)) for _ in range(2))
target.load_state_dict(q.state_dict())
optimizer = torch.optim.Adam(q.parameters(), lr=5e-3)
memory = deque(maxlen=2000)
eye = torch.eye(N)
updates = 0
for episode in range(60):
    s = 0
    for _ in range(40):
        epsilon = max(0.05, 1 - episode / 30)
        with torch.no_grad():
            a = random.randrange(2) if random.random() < epsilon else q(eye[s]).argmax().item()
        s2 = max(0, s - 1) if a == 0 else s + 1
        done = s2 == N - 1
        memory.append((s, a, 1.0 if done else -0.02, s2, done))
        s = s2
        if len(memory) >= 64:
            S, A, R, S2, done_flags = map(torch.tensor, zip(*random.sample(memory, 32)))
            with torch.no_grad():
                goal = R + 0.95 * target(eye[S2]).max(1).values * (~done_flags)
            value = q(eye[S]).gather(1, A[:, None]).squeeze(1)
            loss = nn.functional.smooth_l1_loss(value, goal)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            updates += 1
            if updates % 100 == 0:
                target.load_state_dict(q.state_dict())
        if done:
            break
    if episode % 20 == 0:
        print("episode", episode, "last state", s)
print("share of cells with the right action", q(eye[:N - 1]).argmax(1).float().mean().item())
