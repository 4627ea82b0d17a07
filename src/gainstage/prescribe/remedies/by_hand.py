"""The lines to write where the source gives no certain place for them; MODEL, LOSS, ... stand for the script's own."""

from __future__ import annotations

from gainstage.prescribe.draft import Draft, Wanted

BY_HAND: dict[str, str] = {
    "accurate-activation": "import gainstage.nn, and gainstage.nn.{function}() where the activation is made",
    "activation-in-float32": "around the activation: activation(x.float()).to(x.dtype)",
    "adam": "OPTIMIZER = torch.optim.Adam(MODEL.parameters(), lr=1e-3)",
    "add-activation": "behind each hidden layer, in forward: x = torch.relu(x)",
    "add-normalisation": "behind each of these layers: torch.nn.BatchNorm1d(WIDTH) (BatchNorm2d for images)",
    "bce-with-logits": "LOSS = torch.nn.functional.binary_cross_entropy_with_logits(OUTPUT, TARGET)",
    "bfloat16": "torch.bfloat16 where the script says torch.float16",
    "call-step": "behind LOSS.backward(): OPTIMIZER.step()",
    "centre-activation": "an activation around zero in hidden layers: torch.tanh(x) or torch.nn.functional.elu(x)",
    "check-labels": "print INPUTS[:5] and TARGETS[:5] as they enter the loss: does each target belong to its input?",
    "clean-data": "where the data is made: X = torch.nan_to_num(X)",
    "clip-gradient": "between LOSS.backward() and OPTIMIZER.step(): "
    "torch.nn.utils.clip_grad_norm_(MODEL.parameters(), {value})",
    "cross-entropy": "LOSS = torch.nn.functional.cross_entropy(OUTPUT, TARGET), OUTPUT without a softmax",
    "distributed-sampler": "SAMPLER = torch.utils.data.DistributedSampler(DATA); DataLoader(DATA, sampler=SAMPLER); "
    "in the loop over epochs: SAMPLER.set_epoch(EPOCH)",
    "drop-output-activation": "leave the last activation out where its result goes into the loss",
    "gated-recurrence": "torch.nn.GRU in the place of torch.nn.RNN, with the same sizes",
    "give-to-optimizer": "behind the optimizer: OPTIMIZER.add_param_group({{'params': MODULE.parameters()}})",
    "grad-scaler": "SCALER = torch.amp.GradScaler(); in the loop: SCALER.scale(LOSS).backward(), "
    "SCALER.step(OPTIMIZER), SCALER.update()",
    "guard-operation": "keep what the operation receives where it is finite: x.clamp(min=1e-8), or x + 1e-8",
    "inspect-batch": "print INPUTS.std(0) of a batch: it must not be 0; look where the data is cast, sliced or indexed",
    "keep-the-graph": "leave out the detach(), .data, .item() or no_grad() between these weights and the loss",
    "larger-gain": "before training: torch.nn.init.xavier_normal_(LAYER.weight) for these layers",
    "leaky-activation": "torch.nn.LeakyReLU(0.1) in the place of torch.nn.ReLU()",
    "learning-rate-per-layer": "one parameter group a layer: "
    "torch.optim.SGD([{{'params': LAYER.parameters(), 'lr': ...}}, ...])",
    "less-momentum": "momentum={value} where the optimizer is made",
    "less-weight-decay": "weight_decay={value} where the optimizer is made",
    "linear-output": "leave out the activation behind the last layer",
    "log-softmax": "torch.nn.functional.log_softmax(OUTPUT, dim=-1) in front of the loss",
    "lower-learning-rate": "lr={value} where the optimizer is made",
    "match-shapes": "LOSS(OUTPUT.reshape(TARGET.shape), TARGET)",
    "module-list": "self.LAYERS = torch.nn.ModuleList([...])",
    "normalise-features": "the normalisation over the features of a layer, torch.nn.LayerNorm(FEATURES), or none",
    "normalise-first": "in front of the first layer: torch.nn.BatchNorm1d(FEATURES, affine=False)",
    "open-the-path": "a smooth function in the place of the step: torch.sigmoid(x), torch.tanh(x)",
    "optimizer-last": "make the optimizer after the last change of the model's layers",
    "optimizer-parameters": "make the optimizer after the model that is trained, from MODEL.parameters()",
    "orthogonal-recurrence": "torch.nn.init.orthogonal_(RNN.weight_hh_l0)",
    "output-bias-at-mean": "torch.nn.init.constant_(LAST_LAYER.bias, {value})",
    "overfit-one-batch": "train on one batch only, for some hundred steps: the loss must come near 0; "
    "if it does, look at the data and the labels, if not, at the network",
    "raise-clipping-norm": "torch.nn.utils.clip_grad_norm_(MODEL.parameters(), {value})",
    "raise-learning-rate": "lr={value} where the optimizer is made",
    "reinitialise": "before training, for these layers: torch.nn.init.kaiming_normal_(LAYER.weight), "
    "torch.nn.init.zeros_(LAYER.bias)",
    "rescale": "float32 weights: MODEL.float(), and torch.autocast for speed",
    "float32-weights": "float32 weights: MODEL.float(), and torch.autocast with a GradScaler for speed",
    "rescale-weights": "before training: with torch.no_grad(): LAYER.weight.mul_(FACTOR)",
    "same-data-on-ranks": "print INPUTS.mean(0), INPUTS.std(0) and TARGETS of a batch on every rank: same files, same "
    "transformations, shuffled before they are shared out",
    "scale-inputs": "where the data is made: X = (X - X.mean(0)) / X.std(0)",
    "scale-targets": "TARGET moved into the range of the output's activation",
    "sigmoid-output": "torch.sigmoid(x) in the place of the softmax over one unit",
    "sigmoid-per-label": "torch.sigmoid(x) in the place of the softmax",
    "slower-schedule": "SCHEDULER.step() once an epoch, outside of the loop over batches",
    "softmax-over-classes": "dim=-1 where the softmax is made",
    "softplus-output": "torch.nn.functional.softplus(x) in the place of ReLU at the output",
    "standardise-inputs": "where the data is made: X = (X - X.mean(0)) / X.std(0)",
    "standardise-targets": "where the data is made: y = (y - y.mean()) / y.std(), undone for what is printed",
    "swap-activation": "torch.relu in hidden layers, weights drawn by torch.nn.init.kaiming_normal_",
    "targets-0-1": "targets from 0 to 1: y = (y - y.min()) / (y.max() - y.min())",
    "train-longer": "more steps: the run was too short for a verdict",
    "train-some-steps": "at least 16 optimizer steps in the process that is watched",
    "two-outputs": "two units at the output and cross_entropy: torch.nn.Linear(FEATURES, 2), targets of type long",
    "unfreeze": "MODEL.requires_grad_(True) in front of the optimizer",
    "unmask-one": "a large negative number in the mask: scores.masked_fill(mask, -1e9)",
    "use-or-remove": "call these modules in forward, outside of torch.no_grad()",
    "weight-classes": "torch.nn.CrossEntropyLoss(weight=...) or BCEWithLogitsLoss(pos_weight=...), "
    "the rare class {value} times",
    "zero-bias": "before training: torch.nn.init.zeros_(LAYER.bias)",
    "zero-grad": "in front of LOSS.backward(): OPTIMIZER.zero_grad()",
    "zero-grad-before-backward": "OPTIMIZER.zero_grad() in front of LOSS.backward(), not behind it",
}


def by_hand(wanted: Wanted) -> Draft:
    """What the user has to write, and where: the sites' lines."""
    remedy, finding = wanted.remedy, wanted.finding
    value = "..." if remedy.value is None else f"{remedy.value:.3g}"
    lines = BY_HAND[remedy.name].format(value=value, function="...")
    places = ", ".join(dict.fromkeys(line for line in finding.source_lines if line))
    where = places or remedy.where
    return wanted.draft(f"To be done by hand, at {where}.", by_hand=f"{where}: {lines}")
