"""Patients for the rarer remedies: number formats, recurrences, schedules, shares and ranges of targets."""

from __future__ import annotations

from patients import HEAD, MLP, Patient, deep, loop, net, sgd

ONE = MLP.replace("(32, 2)", "(32, 1)")
MSE = loop("F.mse_loss(model(X[i]), y[i])")
BCE = "F.binary_cross_entropy(model(X[i]), y[i])"
RECURRENT = """
X = torch.randint(4, (512, 40))
y = X[:, 0]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.rnn, self.head = nn.Embedding(4, 8), nn.RNN(8, 32, batch_first=True), nn.Linear(32, 4)

    def forward(self, x):
        return self.head(self.rnn(self.embed(x))[1][0])


model = Net()
"""
START = "with torch.no_grad():\n    "
SMALL = "for p in model.parameters():\n    nn.init.normal_(p, std={std})\n"
AUTOCAST = loop("F.cross_entropy(model(X[i]).float(), y[i]) * 1e-6").replace(
    "    loss = ", "    with torch.autocast('cpu', torch.float16):\n        loss = "
)
LISTED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = [nn.Linear(8, 32), nn.ReLU()]
        self.head = nn.Linear(32, 2)

    def forward(self, x):
        for layer in self.body:
            x = layer(x)
        return self.head(x)


model = Net()
"""
MASKED = """
mask = torch.zeros(512, 2, dtype=torch.bool)
mask[::50] = True
"""

MORE = [
    Patient("add-normalisation", "GS402", HEAD + deep("nn.Tanh()", 8) + SMALL.format(std=0.01) + sgd() + loop()),
    Patient("centre-activation", "GS103", HEAD + deep("nn.Sigmoid()", 2) + sgd() + loop()),
    Patient("normalise-features", "GS104", HEAD + "X = X[:, :1]\n"
            + "model = nn.Sequential(nn.LayerNorm(1), nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 2))\n"
            + sgd() + loop()),
    Patient("orthogonal-recurrence", "GS201", HEAD + RECURRENT + sgd(0.2) + loop(steps=80).replace("128", "32")),
    Patient("gated-recurrence", "GS201", HEAD + RECURRENT + sgd(0.2) + loop(steps=80).replace("128", "32")),
    Patient("less-weight-decay", "GS104", HEAD + deep("nn.Tanh()", 3) + sgd(0.1, ", weight_decay=0.7") + loop()),
    Patient("less-momentum", "GS301", HEAD + "y = X[:, :1] * 2\n" + ONE.replace("ReLU", "Tanh")
            + sgd(0.2, ", momentum=0.98") + loop("F.l1_loss(model(X[i]), y[i])", 120)),
    Patient("adam", "GS303", HEAD + "model = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 2))\n"
            + "optimizer = torch.optim.SGD([{'params': model[0].parameters(), 'lr': 1e-7}, "
            + "{'params': model[2].parameters(), 'lr': 0.1}])" + loop()),
    Patient("learning-rate-per-layer", "GS303",
            HEAD + "model = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 2))\n"
            + "optimizer = torch.optim.SGD([{'params': model[0].parameters(), 'lr': 1e-7}, "
            + "{'params': model[2].parameters(), 'lr': 0.1}], lr=0.1)" + loop()),
    Patient("slower-schedule", "GS302", HEAD + "y = (X[:, 0] > 0).long()\n" + MLP + sgd(0.05)
            + "\nscheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)"
            + loop(steps=100).replace("    optimizer.step()\n", "    optimizer.step()\n    scheduler.step()\n")),
    Patient("raise-clipping-norm", "GS302", HEAD + MLP + sgd(0.1) + loop().replace(
        "    optimizer.step()", "    nn.utils.clip_grad_norm_(model.parameters(), 1e-6)\n    optimizer.step()")),
    Patient("optimizer-last", "GS203", HEAD + MLP + sgd() + "\nmodel[2] = nn.Linear(32, 2)" + loop()),
    Patient("module-list", "GS203", HEAD + LISTED + sgd(0.01) + loop()),
    Patient("open-the-path", "GS203", HEAD + net("torch.sign(self.one(x))") + sgd(0.01) + loop()),
    Patient("bce-with-logits", "GS501", HEAD + "y = y.float()[:, None]\n"
            + net(output="torch.clamp(self.two(x), 0, 1)").replace("(32, 2)", "(32, 1)") + sgd() + loop(BCE)),
    Patient("sigmoid-per-label", "GS501", HEAD + "y = (X[:, :3] > 0).float()\n"
            + net(output="torch.softmax(self.two(x), dim=1)").replace("(32, 2)", "(32, 3)") + sgd() + loop(BCE)),
    Patient("softmax-over-classes", "GS501", HEAD + net(output="torch.log_softmax(self.two(x), dim=0)") + sgd()
            + loop("F.nll_loss(model(X[i]), y[i])")),
    Patient("softplus-output", "GS504", HEAD + "y = X[:, :1].exp()\n"
            + net(output="F.relu(self.two(x) - 3)").replace("(32, 2)", "(32, 1)") + sgd(0.01) + MSE),
    Patient("scale-targets", "GS502", HEAD + "y = 50 * X[:, :1] + 20\n"
            + "model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1), nn.Tanh())\n" + sgd(1e-4) + MSE),
    Patient("output-bias-at-mean", "GS605", HEAD + "y = X[:, :1] + 3e4\n" + ONE
            + "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)" + MSE),
    Patient("weight-classes", "GS603", HEAD + "y = (X[:, 0] > 2.2).long()\n" + MLP + sgd() + loop()),
    Patient("unmask-one", "GS701", HEAD + MASKED + MLP + sgd()
            + loop("F.cross_entropy(model(X[i]).masked_fill(mask[i], float('-inf')).softmax(1), y[i])")),
    Patient("bfloat16", "GS702", HEAD + MLP + sgd(1e5) + AUTOCAST),
    Patient("grad-scaler", "GS702", HEAD + MLP + sgd(1e5) + AUTOCAST),
    Patient("float32-weights", "GS701", HEAD + "X = X.half()\n" + MLP.replace("\n", ".half()\n")
            + "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-8)"
            + loop("F.cross_entropy(model(X[i]), y[i])")),
    Patient("accurate-activation", "GS703", HEAD + "X = X.bfloat16()\n" + MLP.replace("ReLU", "Tanh").replace(
        "\n", ".bfloat16()\n") + START + "model[0].bias.fill_(5.0)\n"
            + "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)" + loop()),
]  # fmt: skip
