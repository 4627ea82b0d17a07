"""Policy gradient on a five-armed bandit with context; the learning rate comes from a config dictionary."""
import torch

CFG = dict(lr=3e-8, hidden=32, arms=5, steps=300, seed=3)
torch.manual_seed(CFG["seed"])
true_weights = torch.randn(6, CFG["arms"])
policy = torch.nn.Sequential(
    torch.nn.Linear(6, CFG["hidden"]), torch.nn.Tanh(), torch.nn.Linear(CFG["hidden"], CFG["arms"]))
solver = torch.optim.Adam(policy.parameters(), lr=CFG["lr"])
baseline = 0.0
rewards = []
for step in range(CFG["steps"]):
    context = torch.randn(64, 6)
    distribution = torch.distributions.Categorical(logits=policy(context))
    action = distribution.sample()
    best = (context @ true_weights).argmax(1)
    reward = (action == best).float()
    loss = -(distribution.log_prob(action) * (reward - baseline)).mean()
    solver.zero_grad()
    loss.backward()
    solver.step()
    baseline = 0.9 * baseline + 0.1 * reward.mean().item()
    rewards.append(reward.mean().item())
print("share of best actions", sum(rewards[-50:]) / 50)
