"""Gradients that are cut off, and weights that no optimizer holds."""

from __future__ import annotations

from matrix.case import CUT, LOSS, OPTIMIZER, SCORE, SECOND_SCORE, STUCK, Reading, Sick, one

CASES = (
    # .data in forward cuts the graph: the first two layers never learn
    Sick(
        "data_in_forward",
        one("blocked-gradient", *CUT),
        (("x = F.relu(self.fc2(x)).data", "x = F.relu(self.fc2(x))"),),
        STUCK,
        SECOND_SCORE,
    ),
    # loss computed on argmax predictions with requires_grad_ forced
    Sick(
        "argmax_requires_grad",
        one("blocked-gradient", *CUT, "argmax"),
        (
            (
                "loss = loss_fn(preds.float().requires_grad_(), yb.float())",
                "loss = nn.functional.cross_entropy(logits, yb)",
            ),
        ),
        STUCK,
        SECOND_SCORE,
    ),
    # the optimizer holds the parameters of another model instance
    Sick(
        "optimizer_old_model",
        one("blocked-gradient update-too-small", *OPTIMIZER),
        (("model = build_model()  # fresh weights for the final run", "pass"),),
        STUCK,
        SECOND_SCORE,
    ),
    # hidden layers kept in a Python list: optimizer never gets them
    Sick(
        "layers_in_list",
        one("blocked-gradient", *OPTIMIZER),
        (
            (
                "self.hidden = [nn.Linear(hid, hid) for _ in range(3)]",
                "self.hidden = nn.ModuleList([nn.Linear(hid, hid) for _ in range(3)])",
            ),
            ("self.inp = [nn.Linear(2, hid)]", "self.inp = nn.ModuleList([nn.Linear(2, hid)])"),
        ),
        STUCK,
        SECOND_SCORE,
    ),
    # freshly drawn GRU encoder runs under no_grad although it is to be trained
    Sick(
        "no_grad_encoder",
        one("blocked-gradient", *CUT),
        (
            (
                "        with torch.no_grad():\n            _, h = self.encoder(self.emb(x))",
                "        _, h = self.encoder(self.emb(x))",
            ),
        ),
        STUCK,
        SECOND_SCORE,
    ),
    # loss rebuilt with torch.tensor(..., requires_grad=True): nothing gets a gradient
    Sick(
        "loss_new_tensor",
        one("blocked-gradient", *CUT),
        (("loss = torch.tensor(loss.item(), requires_grad=True)", "pass"),),
        STUCK,
        LOSS,
    ),
    # torch.round on the predictions in the loss: gradient exactly zero
    Sick(
        "round_in_loss",
        one("blocked-gradient", "zero-gradient", "round", "flat", "step", "derivative"),
        (("out = torch.round(torch.sigmoid(net(xb)))", "out = torch.sigmoid(net(xb))"),),
        STUCK,
        SCORE,
    ),
    # the generator's optimizer holds the discriminator's parameters
    Sick(
        "gan_wrong_params",
        one("blocked-gradient", *OPTIMIZER),
        (("opt_g = torch.optim.Adam(D.parameters(), lr=1e-3", "opt_g = torch.optim.Adam(G.parameters(), lr=1e-3"),),
        STUCK,
        Reading("mean"),
    ),
    # REINFORCE on log_prob computed from a probability copied by .detach().numpy(): policy never receives a gradient
    # (only the value baseline learns)
    Sick(
        "bn_eval_detach_policy",
        one("blocked-gradient", *CUT),
        (
            (
                "probs = torch.tensor(torch.softmax(policy(s), -1).detach().numpy())",
                "probs = torch.softmax(policy(s), -1)",
            ),
        ),
        STUCK,
        SCORE,
    ),
    # new head put in after the optimizer was made: head never stepped
    Sick(
        "head_replaced_after_optimizer",
        one("blocked-gradient", *OPTIMIZER),
        (
            (
                "opt = torch.optim.Adam(model.parameters(), lr=1e-4)\nmodel[4] = nn.Linear(64, 10)",
                "model[4] = nn.Linear(64, 10)\nopt = torch.optim.Adam(model.parameters(), lr=1e-4)",
            ),
            ("lr=1e-4", "lr=1e-3"),
        ),
        STUCK,
        LOSS,
    ),
    # model is created anew in every epoch, optimizer holds the first one
    Sick(
        "model_in_epoch_loop",
        one("blocked-gradient update-too-small", *OPTIMIZER),
        (("    model = Classifier().train()", "    model.train()"),),
        STUCK,
        LOSS,
    ),
    # the main head's input is detached, trunk only learns from a random auxiliary target
    Sick(
        "detach_encoder_multitask",
        one("blocked-gradient", *CUT),
        (
            ("self.main(h.detach())", "self.main(h)"),
            ("lambda_aux = 1.0", "lambda_aux = 0.0"),
        ),
        STUCK,
        SECOND_SCORE,
    ),
)
